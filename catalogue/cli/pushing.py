"""A node's client of the push API: `aicat push`."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urljoin

import click
import orjson
from rich import progress as bars
from rich.console import Console

from catalogue.bootstrap import guarded_client
from catalogue.cli.harvesting import EXIT
from catalogue.cli.output import json_option, print_json, say
from catalogue.errors import CatalogueError, FetchError, Forbidden, InvalidInput, Unauthenticated
from catalogue.model import RunState
from catalogue.ports import Answer, Client
from catalogue.rdf.formats import BY_MEDIA_TYPE, BY_SUFFIX
from catalogue.settings import load

LINES = "application/x-ndjson"
SUFFIXES = {".ndjson": LINES, ".jsonl": LINES}
READ = 64 * 1024  # bytes
TRIES = 6  # times in a row that nothing gets through, until it is given up
PAUSE = 1.0  # seconds before the second try; doubled each time
LOOK = 0.5  # seconds between looks at the run
REPLAYED = "idempotent-replayed"
AGAIN = frozenset({400, 408, 429, 500, 502, 503, 504, 507})


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("file", metavar="FILE")
@click.option("--server", required=True, metavar="URL", help="The catalogue to push to.")
@click.option("--key", envvar="AICAT_KEY", required=True, help="The node's key; or AICAT_KEY.")
@click.option("--media-type", help="Of the file, where its name does not tell.")
@click.option("--complete", is_flag=True, help="It holds every record of the source.")
@click.option("--idempotency-key", help="Instead of the one made from the content.")
@click.option("--again", is_flag=True, help="Push what was pushed within the last days once more.")
@click.option("--no-wait", is_flag=True, help="Return when everything is stored.")
@json_option
def push(
    source: str,
    file: str,
    server: str,
    key: str,
    media_type: str | None,
    complete: bool,
    idempotency_key: str | None,
    again: bool,
    no_wait: bool,
    as_json: bool,
) -> int:
    """Push a feed to a catalogue: a file of NDJSON or RDF, or - for standard input.

    Goes on by itself after a cut, and returns when the records are carried out."""
    if again and idempotency_key:
        raise InvalidInput("--again makes a key of its own; leave --idempotency-key out")
    kind = media_type or _media_type_of(file)
    with _opened(file) as stream:
        feed = _measured(stream, kind)
        name = idempotency_key or (secrets.token_hex(16) if again else _name(feed, complete))
        # The person names the server, so it may be on a private network.
        client = guarded_client(replace(load(), allow_private_networks=True))
        catalogue = _Catalogue(client, server, key)
        pushing = _Pushing(catalogue, source, feed, name, complete)
        run, replayed = pushing.through()
    if replayed:
        say(f"this was pushed before, as run {run['id']}; --again pushes it once more")
    if not no_wait:
        run = catalogue.to_its_end(run)
        for line in catalogue.unused(run["id"]):
            say(line)
    if as_json:
        print_json(run)
    else:
        say(f"{source}: {_summary(run)}")
    return EXIT.get(RunState(run["state"]), 1) if run["ended"] else 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A file to be pushed: its size in bytes, its lines (None where it has none), its hash."""

    stream: IO[bytes]
    media_type: str
    size: int
    lines: int | None
    digest: str


class _Catalogue:
    """The catalogue at the other end."""

    def __init__(self, client: Client, server: str, key: str) -> None:
        self._client, self._server = client, server.rstrip("/") + "/"
        self._headers = {"Authorization": f"Bearer {key}"}

    def post(self, path: str, body: bytes | Iterator[bytes], headers: dict[str, str]) -> Answer:
        return self._client.post(
            urljoin(self._server, path), body=body, headers={**headers, **self._headers}
        )

    def get(self, path: str) -> Any:
        answer = self._client.get(urljoin(self._server, path), headers=self._headers)
        return orjson.loads(answer.body)

    def to_its_end(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run when it has ended."""
        quiet = not sys.stderr.isatty()
        with bars.Progress(console=Console(stderr=True), disable=quiet) as shown:
            task = shown.add_task("carrying out", total=run.get("accepted_lines"))
            while run["state"] in {RunState.QUEUED, RunState.RUNNING}:
                time.sleep(LOOK)
                run = self.get(f"api/v1/runs/{run['id']}")
                shown.update(task, completed=run["listed"], total=run.get("accepted_lines"))
        return run

    def unused(self, run_id: str) -> Iterator[str]:
        """A line for each record that could not be used."""
        query: dict[str, Any] = {"outcome": ["quarantined", "failed"], "limit": 1000}
        while True:
            page = self.get(f"api/v1/runs/{run_id}/records?{urlencode(query, doseq=True)}")
            for one in page["items"]:
                why = "; ".join(
                    " ".join(filter(None, (found["place"], found["message"])))
                    for found in one.get("findings", ())
                )
                yield f"{one['outcome']}: {one['key']}: {why}"
            if page["next"] is None:
                return
            query["cursor"] = page["next"]


class _Pushing:
    """One feed on its way."""

    def __init__(
        self, catalogue: _Catalogue, source: str, feed: Feed, name: str, complete: bool
    ) -> None:
        self._catalogue, self._feed, self._name = catalogue, feed, name
        self._path = f"api/v1/sources/{quote(source, safe='')}/records"
        self._complete = complete

    def through(self) -> tuple[dict[str, Any], bool]:
        """Send until everything is stored; the run that takes it in, and whether the catalogue had all
        of it before the first byte was sent.

        Raises: CatalogueError with what the catalogue says, or when nothing gets through any more.
        """
        stored, waited, said = 0, 0, ""
        quiet = not sys.stderr.isatty()
        with bars.Progress(console=Console(stderr=True), disable=quiet) as shown:
            task = shown.add_task("sending", total=self._feed.lines or self._feed.size)
            while waited < TRIES:
                if waited:
                    time.sleep(PAUSE * 2 ** (waited - 1))
                try:
                    answer = self._send(stored, lambda at: shown.update(task, completed=at))
                    if answer.status == 202:
                        replayed = not stored and REPLAYED in answer.headers
                        return orjson.loads(answer.body), replayed
                    said = _said(answer)
                    if answer.status not in AGAIN or not self._is_cut(answer):
                        raise _refusal(answer.status, said)
                except FetchError as error:
                    said = str(error)
                before, stored = stored, self._stored(stored)
                waited = 0 if stored > before else waited + 1
                say(f"cut off after {stored} lines ({said}); going on" if stored else said)
        raise FetchError(f"nothing gets through any more: {said}. The same command goes on later.")

    def _send(self, stored: int, watch: Any) -> Answer:
        feed = self._feed
        headers = {"Content-Type": feed.media_type, "Idempotency-Key": self._name}
        query: dict[str, Any] = {"complete": "true"} if self._complete else {}
        feed.stream.seek(0)
        if feed.lines is None:  # read as one at the other side, too; so its length can be told
            path = f"{self._path}?{urlencode(query)}" if query else self._path
            return self._catalogue.post(path, feed.stream.read(), headers)
        query["lines"] = feed.lines
        if stored:
            query["from_line"] = stored
        path = f"{self._path}?{urlencode(query)}"
        return self._catalogue.post(path, _from_line(feed.stream, stored, watch), headers)

    def _stored(self, known: int) -> int:
        """How many lines the catalogue has; what was known where it does not say."""
        try:
            found = self._catalogue.get(f"api/v1/runs?{urlencode({'idempotency_key': self._name})}")
        except FetchError:
            return known
        return max((one["accepted_lines"] or 0 for one in found["items"]), default=0)

    def _is_cut(self, answer: Answer) -> bool:
        """Whether a refusal is one of the way, so that sending again may help."""
        return answer.status != 400 or "accepted_lines" in _problem(answer)


def _from_line(stream: IO[bytes], first: int, watch: Any) -> Iterator[bytes]:
    """The bytes behind so many lines."""
    passed = 0
    while passed < first:
        line = stream.readline(READ)
        passed += line.endswith(b"\n")
        if not line:
            return
    while piece := stream.read(READ):
        passed += piece.count(b"\n")
        watch(passed)
        yield piece


def _measured(stream: IO[bytes], media_type: str) -> Feed:
    digest, size, lines, last = hashlib.sha256(), 0, 0, b"\n"
    while piece := stream.read(READ):
        digest.update(piece)
        size += len(piece)
        lines += piece.count(b"\n")
        last = piece[-1:]
    lines += last != b"\n"
    return Feed(
        stream, media_type, size, lines if media_type == LINES else None, digest.hexdigest()
    )


def _name(feed: Feed, complete: bool) -> str:
    """The same for the same content, so that the same command goes on after a crash."""
    return f"{feed.digest[:40]}{'-complete' if complete else ''}"


def _media_type_of(file: str) -> str:
    suffix = Path(file).suffix.lower()
    if suffix in SUFFIXES:
        return SUFFIXES[suffix]
    form = BY_SUFFIX.get(suffix)
    if form is None:
        raise InvalidInput(f"{file}: its name does not tell what it is; say --media-type {LINES}")
    return next(media_type for media_type, one in BY_MEDIA_TYPE.items() if one == form)


@contextmanager
def _opened(file: str) -> Iterator[IO[bytes]]:
    """The file, or a copy of standard input that can be read again."""
    if file == "-":
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
            copy.seek(0)
            yield copy
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}") from error


def _problem(answer: Answer) -> dict[str, Any]:
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _said(answer: Answer) -> str:
    return str(_problem(answer).get("detail") or f"{answer.url} answered {answer.status}")


def _refusal(status: int, said: str) -> CatalogueError:
    if status == 401:
        return Unauthenticated(said)
    return Forbidden(said) if status == 403 else InvalidInput(said)


def _summary(run: dict[str, Any]) -> str:
    parts = [f"{number} {name}" for name, number in run["counts"].items() if number]
    text = f"{run['state']}: {', '.join(parts) or 'no records yet'}"
    return f"{text}; {run['error']}" if run["error"] else text


COMMANDS = (push,)
