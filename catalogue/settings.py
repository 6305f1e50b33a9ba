"""The settings: read once, at the start, from the environment and `aicat.toml`."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catalogue.errors import SettingsError

PREFIX = "AICAT_"
FILE = "aicat.toml"
OTHERS = frozenset({"AICAT_KEY"})  # no settings: the key that `aicat push` sends
SECRETS = frozenset({"search_api_key", "oidc_client_secret"})
MASK = "***"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

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
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_scopes: str = "openid profile email"
    oidc_roles_claim: str = ""
    oidc_roles: str = ""
    oidc_organisation_claim: str = ""
    sparql_seconds: float = 30.0
    sparql_children: int = 2
    sparql_results: int = 100_000
    shapes: str = ""
    rate_per_minute: int = -1
    trusted_proxies: int = 0
    real_data: Path = Path("../shared/data")
    catalog_title: str = "European AI data catalogue"
    catalog_description: str = (
        "Datasets, data services and models of Europe's AI Factories and national AI initiatives"
    )
    catalog_publisher: str = "European AI data catalogue"
    catalog_license: str = "http://publications.europa.eu/resource/authority/licence/CC0"
    user_agent: str = "aicat/0.1"
    contact: str = ""
    proxy: str = ""
    fetch_seconds: float = 120.0
    fetch_max_bytes: int = 512 * 1024 * 1024
    threads: int = 16
    workers: int = 1
    harvests: int = 4
    harvests_per_host: int = 2
    link_checks: int = 3600
    link_pause: float = 5.0
    link_without_robots: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""

    @property
    def site(self) -> str:
        """The base of every IRI that is ours, without a slash at its end."""
        return (self.base_url or f"http://{_url_host(self.host)}:{self.port}").rstrip("/")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the web process, as far as the settings tell."""
        address = urlsplit(self.base_url).hostname if self.base_url else self.host
        return {self.host.strip("[]"), address} <= LOOPBACK

    @property
    def agent(self) -> str:
        """The User-Agent of every request of ours (RFC 9110, 10.1.5): the product, then in a comment
        the address people see, where one is set, and the contact."""
        address = f"+{self.base_url.rstrip('/')}" if self.base_url else ""
        comment = "; ".join(_in_comment(one) for one in (address, self.contact) if one)
        return f"{self.user_agent} ({comment})" if comment else self.user_agent

    @property
    def rate(self) -> int:
        """Requests a minute of one key or address; 0 is no limit."""
        if self.rate_per_minute >= 0:
            return self.rate_per_minute
        return 0 if self.host in LOOPBACK else 600

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'journal.sqlite'}"

    def told(self) -> dict[str, str | int | float | bool]:
        """Every setting as it may be written down: of a secret, or an address with a password, only a
        mark, which tells that it changed and nothing else."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: str(value)
            if isinstance(value, Path)
            else _mark(value)
            if _secret(value) or (value and name in SECRETS)
            else value
            for name, value in values.items()
        }


def _secret(value: object) -> bool:
    return isinstance(value, str) and "://" in value and "@" in value


def _mark(value: str) -> str:
    # Four digits: too few to guess a password by.
    return f"(secret, mark {hashlib.sha256(value.encode()).hexdigest()[:4]})"


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
    "oidc_issuer": "the identity provider that people sign in with (OpenID Connect); none when empty",
    "oidc_client_id": "the name that the identity provider knows the catalogue by",
    "oidc_client_secret": "the secret that goes with it; none for a public client",
    "oidc_scopes": "what is asked of the identity provider, with spaces between",
    "oidc_roles_claim": "the claim that holds roles, as a name or a path with dots; none when empty",
    "oidc_roles": "which values of that claim give which roles: value=role,value=role:scope,…",
    "oidc_organisation_claim": "the claim that holds the id of a person's organisation; none when empty",
    "sparql_seconds": "deadline of a public SPARQL query, seconds",
    "sparql_children": "processes that answer SPARQL",
    "sparql_results": "most rows or triples that one SPARQL answer holds",
    "shapes": "the operator's own profiles of validation: name=path,name=path,…; a name that comes again "
    "has several files",
    "rate_per_minute": "requests a minute for each key and address; -1 chooses by the host: "
    "0 (off) on loopback, else 600",
    "trusted_proxies": "proxies in front of the web process whose X-Forwarded-For is believed",
    "real_data": "folder of real catalogues for the tests",
    "catalog_title": "title of the catalogue",
    "catalog_description": "description of the catalogue",
    "catalog_publisher": "publisher of the catalogue",
    "catalog_license": "IRI of the licence of the metadata",
    "user_agent": "what harvesters call themselves; the catalogue's address and contact are added",
    "contact": "e-mail address or URL at which operators of portals reach you",
    "proxy": "http proxy that every request to the outside goes through, as http://host:port; "
    "none when empty, whatever the environment says",
    "fetch_seconds": "total deadline of one fetch, seconds",
    "fetch_max_bytes": "largest body that is fetched, bytes, unpacked",
    "threads": "requests that the web process works at at once",
    "workers": "processes that carry out harvests beside `aicat up` and under `aicat worker`",
    "harvests": "sources that one worker harvests at once",
    "harvests_per_host": "sources of one host that are harvested at once, by all workers",
    "link_checks": "addresses of records that a worker asks in an hour at most; 0 asks none",
    "link_pause": "least time between two such requests to one host, seconds",
    "link_without_robots": "hosts whose robots.txt is not read for it, as their operators agreed: host,host,…",
    "smtp_url": "the server that mail is handed in to: smtp://host:port, smtps://… or "
    "smtp+starttls://user:password@host:port; no mail is sent when empty",
    "mail_from": "the mailbox that mail comes from, as name@example.org or Name <name@example.org>",
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
        if name.startswith(PREFIX) and name not in OTHERS:
            raw[name.removeprefix(PREFIX).lower()] = value
    types = {one.name: one for one in fields(Settings)}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in raw.items():
        if name not in types:
            faults.append(f"{PREFIX}{name.upper()}: no such setting; `aicat settings` lists them")
            continue
        try:
            values[name] = _CHECKS.get(name, _same)(_READERS[str(types[name].type)](value))
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


def _same(value: Any) -> Any:
    return value


def _few(value: int) -> int:
    if not 0 <= value <= 10:
        raise ValueError(f"{value} is out of range; write how many stand in a row, 0 to 10")
    return value


def _many(value: int) -> int:
    if value < 0:
        raise ValueError(f"{value} is out of range; write how many in an hour, or 0")
    return value


def _header_text(value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise ValueError(f"{value!r} cannot stand in a header; use printable ASCII")
    return value.strip()


def _product(value: str) -> str:
    if not _header_text(value):
        raise ValueError("it may not be empty; write a name, such as catalogue/1.0")
    return _header_text(value)


def _http_proxy(value: str) -> str:
    parts = urlsplit(value.strip())
    plain = parts.scheme == "http" and parts.hostname and parts.path in {"", "/"}
    if value.strip() and not (plain and parts.port and "@" not in parts.netloc):
        # Not repeated here: it may hold a password.
        raise ValueError("no address of a proxy; write http://host:port, without user or password")
    return value.strip()


def _smtp(value: str) -> str:
    # Not repeated where it is wrong: it may hold a password, with what it takes to hide it missing.
    try:
        parts = urlsplit(value.strip())
        plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
        good = parts.scheme in {"smtp", "smtps", "smtp+starttls"} and parts.hostname and plain
        good = good and parts.port != 0
    except ValueError:
        good = False
    if value.strip() and not good:
        raise ValueError(
            "no address of a mail server; write smtp://host:port, smtps://host:port or"
            " smtp+starttls://user:password@host:port, user and password percent-encoded"
        )
    return value.strip()


def _mailbox(value: str) -> str:
    bare = parseaddr(value)[1]
    if value.strip() and not (value.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+", bare)):
        raise ValueError(f"{value!r} is no mailbox; write name@example.org")
    return value.strip()


def _scopes(value: str) -> str:
    if "openid" not in value.split():
        raise ValueError("openid must be among the scopes (OpenID Connect Core, 3.1.2.1)")
    return " ".join(value.split())


# What a text must be like beside being one.
_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "oidc_scopes": _scopes,
    "base_url": _header_text,
    "user_agent": _product,
    "contact": _header_text,
    "proxy": _http_proxy,
    "trusted_proxies": _few,
    "smtp_url": _smtp,
    "link_checks": _many,
    "mail_from": _mailbox,
}


def _in_comment(text: str) -> str:
    """The text as it may stand in a header's comment (RFC 9110, 5.6.5)."""
    return re.sub(r"([()\\])", r"\\\1", text)


def _url_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host
