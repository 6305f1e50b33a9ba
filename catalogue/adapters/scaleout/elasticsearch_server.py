"""Which Elasticsearch is ours: its address, the client to it, and its failures in our words."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

import elastic_transport
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from catalogue.errors import SettingsError, Unavailable

SCHEMES = ("elasticsearch+http", "elasticsearch+https")
WRITTEN = "elasticsearch+http://host:9200/prefix?shards=1&replicas=0"
SETTING = "AICAT_SEARCH_URL"
MOST = {"shards": 1024, "replicas": 100}
LEAST = {"shards": 1, "replicas": 0}

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}\Z")


@dataclass(frozen=True, slots=True)
class Server:
    """A cluster and our place in it: the alias `prefix`, over an index named `prefix.…`."""

    hosts: tuple[str, ...]
    prefix: str
    shards: int = 1
    replicas: int = 0
    api_key: str = ""
    ca: str = ""

    @property
    def who(self) -> str:
        """For the messages of operators: never with the key."""
        return f"the search engine at {', '.join(self.hosts)}"

    def client(self, *, seconds: float, connections: int = 10) -> Elasticsearch:
        """A client whose requests end after so many seconds. A node that does not answer is passed
        over for another; nothing else is tried again. Safe between threads."""
        # Its warnings say with a traceback, for each request, what our errors say once.
        logging.getLogger("elastic_transport").setLevel(logging.ERROR)
        more: dict[str, Any] = {"api_key": self.api_key} if self.api_key else {}
        if self.ca:
            more["ca_certs"] = self.ca
        return Elasticsearch(
            list(self.hosts),
            request_timeout=seconds,
            connections_per_node=connections,
            max_retries=len(self.hosts),
            retry_on_timeout=False,
            retry_on_status=(),
            **more,
        )


def server(url: str, *, api_key: str = "", ca: str = "") -> Server:
    """The cluster that a search URL names: `elasticsearch+http(s)://host[,host…]/prefix`, with
    `shards` and `replicas` as options.

    Raises: SettingsError, whose text never repeats what may be secret.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {error}; write {WRITTEN}") from error
    if parts.scheme not in SCHEMES:
        raise SettingsError(f"{SETTING}: begins with none of {', '.join(SCHEMES)}")
    if "@" in parts.netloc:
        raise SettingsError(f"{SETTING}: holds a password; use AICAT_SEARCH_API_KEY instead")
    secure = parts.scheme.endswith("s")
    prefix = parts.path.strip("/")
    if not _PREFIX.match(prefix):
        raise SettingsError(
            f"{SETTING}: needs a prefix of small letters, digits, - and _; write {WRITTEN}"
        )
    if ca and not secure:
        raise SettingsError(f"AICAT_SEARCH_CA: is of use with {SCHEMES[1]} only")
    if ca and not Path(ca).is_file():
        raise SettingsError(f"AICAT_SEARCH_CA: there is no file {ca}")
    options = _options(parts)
    hosts = tuple(_host(one, secure=secure) for one in parts.netloc.split(","))
    return Server(hosts, prefix, api_key=api_key, ca=ca, **options)


def _host(text: str, *, secure: bool) -> str:
    try:
        parts = urlsplit(f"//{text}")
        name, port = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"{SETTING}: {error}; write {WRITTEN}") from error
    if not name:
        raise SettingsError(f"{SETTING}: names no host; write {WRITTEN}")
    name = f"[{name}]" if ":" in name else name
    return f"{'https' if secure else 'http'}://{name}:{port or 9200}"


def _options(parts: SplitResult) -> dict[str, int]:
    found = {}
    for name, text in parse_qsl(parts.query, keep_blank_values=True):
        if name not in MOST:
            raise SettingsError(f"{SETTING}: there is no option {name}; there are shards, replicas")
        if not (text.isdecimal() and LEAST[name] <= int(text) <= MOST[name]):
            raise SettingsError(f"{SETTING}: {name} must be from {LEAST[name]} to {MOST[name]}")
        found[name] = int(text)
    return found


# --- failures ------------------------------------------------------------------------------------


@contextlib.contextmanager
def in_our_words(who: str) -> Iterator[None]:
    """Turns the client's errors into ours; `who` is what they call the server.

    Raises: Unavailable for what may pass or is for the operator to mend. An answer that says that
    we asked wrongly stays as it is: a fault of ours.
    """
    try:
        yield
    except elastic_transport.TransportError as error:
        raise unanswered(who, error) from error
    except UnsupportedProductError as error:
        raise Unavailable(f"{who} is no Elasticsearch") from error
    except ApiError as error:
        found = refusal(who, error.meta.status, error.body)
        if found is None:
            raise
        raise found from error


def unanswered(who: str, error: elastic_transport.TransportError) -> Unavailable:
    """What it is that no answer came."""
    if isinstance(error, elastic_transport.ConnectionTimeout):
        return Unavailable(f"{who} did not answer in time")
    if isinstance(error, elastic_transport.TlsError):
        return Unavailable(f"{who} cannot be trusted ({error.message}); see AICAT_SEARCH_CA")
    if isinstance(error, elastic_transport.ConnectionError):
        return Unavailable(f"{who} cannot be reached; is it running?")
    return Unavailable(f"{who} did not answer as expected ({type(error).__name__})")


def refusal(who: str, status: int, body: Any) -> Unavailable | None:
    """What an answer that is an error is; None where we asked wrongly."""
    error = body.get("error", body) if isinstance(body, Mapping) else {}
    kind, reason = (
        (error.get("type", ""), str(error.get("reason", ""))[:200])
        if isinstance(error, Mapping)
        else ("", str(error)[:200])
    )
    if kind == "cluster_block_exception":
        return Unavailable(f"{who} takes no changes ({reason}); it goes on when that is lifted")
    if kind == "index_not_found_exception":
        return Unavailable(f"{who} has no index yet; it is being made from the journal")
    if status in {401, 403}:
        return Unavailable(
            f"{who} refuses us ({status}); check AICAT_SEARCH_API_KEY and its rights"
        )
    if status == 429 or status >= 500:
        return Unavailable(f"{who} is overloaded or not whole ({status} {kind})")
    return None
