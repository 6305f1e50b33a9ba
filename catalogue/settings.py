"""The settings: read once, at the start, from the environment and `aicat.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from catalogue.errors import SettingsError

PREFIX = "AICAT_"
FILE = "aicat.toml"
SECRETS = frozenset({"search_api_key"})
MASK = "***"

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; in the environment `AICAT_` and the name in capitals."""

    data_dir: Path = Path("var")
    database_url: str = ""
    graph_url: str = ""
    search_url: str = ""
    search_api_key: str = field(default="", repr=False)
    search_ca: str = ""
    jobs_url: str = ""
    base_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    allow_private_networks: bool = False
    dev_login: bool = False
    sparql_seconds: float = 30.0
    sparql_children: int = 2
    sparql_results: int = 100_000
    rate_per_minute: int = -1
    real_data: Path = Path("../shared/data")
    catalog_title: str = "European AI data catalogue"
    catalog_description: str = (
        "Datasets, data services and models of Europe's AI Factories and national AI initiatives"
    )
    catalog_publisher: str = "European AI data catalogue"
    catalog_license: str = "http://publications.europa.eu/resource/authority/licence/CC0"
    user_agent: str = "aicat/0.1 (federated data catalogue harvester)"
    fetch_seconds: float = 120.0
    fetch_max_bytes: int = 512 * 1024 * 1024
    threads: int = 16

    @property
    def site(self) -> str:
        """The base of every IRI that is ours, without a slash at its end."""
        return (self.base_url or f"http://{_url_host(self.host)}:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'journal.sqlite'}"


HELP: Mapping[str, str] = {
    "data_dir": "folder of everything that the embedded mode keeps",
    "database_url": "the journal's database; SQLite in the data folder when empty",
    "graph_url": "the graph store; Oxigraph in the data folder when empty",
    "search_url": "the search engine; Tantivy in the data folder when empty",
    "search_api_key": "API key that is shown to Elasticsearch",
    "search_ca": "file of the certificates that Elasticsearch's own must come from (PEM)",
    "jobs_url": "where jobs are kept; the data folder when empty",
    "base_url": "the address people see; every IRI and link of ours is made from it",
    "host": "the address that the web process listens on",
    "port": "the port that the web process listens on",
    "allow_private_networks": "let harvesters reach loopback and private addresses",
    "dev_login": "local accounts without an identity provider, on loopback only",
    "sparql_seconds": "deadline of a public SPARQL query, seconds",
    "sparql_children": "processes that answer SPARQL",
    "sparql_results": "most rows or triples that one SPARQL answer holds",
    "rate_per_minute": "requests a minute for each key and address; -1 chooses by the host: "
    "0 (off) on loopback, else 600",
    "real_data": "folder of real catalogues for the tests",
    "catalog_title": "title of the catalogue",
    "catalog_description": "description of the catalogue",
    "catalog_publisher": "publisher of the catalogue",
    "catalog_license": "IRI of the licence of the metadata",
    "user_agent": "how harvesters introduce themselves",
    "fetch_seconds": "total deadline of one fetch, seconds",
    "fetch_max_bytes": "largest body that is fetched, bytes, unpacked",
    "threads": "threads of the web process",
}


def shown(name: str, value: object) -> object:
    """A setting's value as it may be printed: secrets and passwords in addresses are masked."""
    if name in SECRETS:
        return MASK if value else ""
    return _PASSWORD.sub(rf"\1:{MASK}@", value) if isinstance(value, str) else value


def load(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings of this process; the environment beats the file.

    Raises: SettingsError with one line for each unknown or wrong setting.
    """
    environ = os.environ if environ is None else environ
    raw = _from_file((folder or Path.cwd()) / FILE)
    for name, value in environ.items():
        if name.startswith(PREFIX):
            raw[name.removeprefix(PREFIX).lower()] = value
    types = {one.name: one for one in fields(Settings)}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in raw.items():
        if name not in types:
            faults.append(f"{PREFIX}{name.upper()}: no such setting; `aicat settings` lists them")
            continue
        try:
            values[name] = _READERS[str(types[name].type)](value)
        except (TypeError, ValueError) as error:
            faults.append(f"{PREFIX}{name.upper()}: {error}")
    if faults:
        raise SettingsError("\n".join(sorted(faults)))
    return Settings(**values)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    return {
        name.removeprefix(PREFIX).removeprefix("aicat_").lower(): v for name, v in table.items()
    }


def _boolean(value: object) -> bool:
    text = str(value).strip().lower()
    if text in {"1", "true", "on", "yes"}:
        return True
    if text in {"0", "false", "off", "no", ""}:
        return False
    raise ValueError(f"{value!r} is no boolean; write 1 or 0")


def _integer(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no whole number") from None


def _number(value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError(f"{value!r} is no number") from None
    if not 0 <= number < float("inf"):
        raise ValueError(f"{value!r} is out of range")
    return number


def _path(value: object) -> Path:
    return Path(str(value)).expanduser()


_READERS: Mapping[str, Callable[[object], Any]] = {
    "str": str,
    "int": _integer,
    "float": _number,
    "bool": _boolean,
    "Path": _path,
}


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
