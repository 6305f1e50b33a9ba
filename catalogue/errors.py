"""What can go wrong, as one tree.

CatalogueError
├── SettingsError            a setting is unknown or wrong; the start stops
├── NotFound                 no such node, source, run or record
├── Conflict                 the name is taken, or somebody else was faster
│   ├── SourceOwnershipError a record belongs to another source
│   ├── Overtaken            a request for access has changed meanwhile; carries its version now
│   ├── LinesMissing         a push goes on behind lines that never came; carries how many came
│   ├── Fenced               another worker has taken the run over
│   └── Cancelled            somebody asked the run to end
├── Unauthenticated          a key is missing, unknown, revoked or out of date
├── Forbidden                the key is good, and not for this
├── InvalidInput             what a person or program sent cannot be used as it is
│   ├── InvalidParameter     a parameter of a request; carries its name
│   ├── InvalidQuery         a SPARQL query that is refused; carries the place
│   ├── AnotherBody          an Idempotency-Key that was used for something else
│   ├── InvalidAnswers       answers to a form that cannot be handed in; carries what is wrong
│   ├── BodyCut              a push ended before its end; carries how many lines came
│   ├── InvalidShapes        a file of SHACL shapes that is refused; carries shape, construct and line
│   ├── InvalidSheet         a fact sheet of the registry that is refused; carries findings
│   └── UnreadableDocument   an RDF or JSON document that cannot be read; carries the place
├── SourceError              a fault of the source
│   ├── FetchError           no usable answer (network, status, truncated body)
│   │   ├── NoConnection     nobody is there: no such name, nothing listens, no trustworthy TLS
│   │   └── Refused          our own guard said no: scheme, address, size, redirects
│   └── ContentError         an answer, but not what was asked for (HTML for RDF)
├── Unavailable              a part of ours cannot serve just now; carries seconds to wait
│   ├── QueryTimeout         the deadline of a query passed
│   └── StorageFull          the disk or database has no room left
└── ReaderDied               the child process that reads foreign bytes was killed by them
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class CatalogueError(Exception):
    """An error with a message for a person: what happened, where, what to do next."""


class SettingsError(CatalogueError):
    """A setting is unknown or has a value that cannot be used."""


class NotFound(CatalogueError):
    """The thing that was named does not exist here."""


class Conflict(CatalogueError):
    """The request contradicts the state that the thing is in."""


class SourceOwnershipError(Conflict):
    """A source tried to write a record that belongs to another one."""


class Overtaken(Conflict):
    """What was edited has changed meanwhile by somebody else; `version` is what it has now."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


class LinesMissing(Conflict):
    """A push wants to go on behind what has come; `accepted_lines` is where it may."""

    def __init__(self, message: str, accepted_lines: int) -> None:
        super().__init__(message)
        self.accepted_lines = accepted_lines


class Fenced(Conflict):
    """Another worker has taken the run over: nothing of ours may be written under it any more."""


class Cancelled(Conflict):
    """Somebody asked the run to end."""


class Unauthenticated(CatalogueError):
    """No key was given, or one that is unknown, revoked or out of date; `key` is its id where such a
    key exists."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class Forbidden(CatalogueError):
    """Who asks is known, and may not do this."""


class InvalidInput(CatalogueError):
    """Something was sent that cannot be used as it is."""


class InvalidParameter(InvalidInput):
    """A parameter is malformed, unknown or out of range."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class InvalidQuery(InvalidInput):
    """A SPARQL query that is refused before or by the engine."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class AnotherBody(InvalidInput):
    """An Idempotency-Key was used before, with another body."""


class InvalidAnswers(InvalidInput):
    """Answers to a form that cannot be handed in as they are; `faults` tell field, message and leg."""

    def __init__(self, message: str, faults: Sequence[Any]) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class BodyCut(InvalidInput):
    """A body ended before its end; `accepted_lines` of the whole push are stored, `run` takes them."""

    def __init__(self, message: str, accepted_lines: int | None, run: str) -> None:
        super().__init__(message)
        self.accepted_lines = accepted_lines
        self.run = run


class InvalidSheet(InvalidInput):
    """A fact sheet of the registry cannot be used; `findings` (`model.Finding`) name every fault."""

    def __init__(self, message: str, findings: tuple[Any, ...]) -> None:
        super().__init__(message)
        self.findings = findings


class InvalidShapes(InvalidInput):
    """A file of SHACL shapes that cannot be used; `shape` is the IRI of the shape, `construct` the term
    of SHACL concerned and `line` its place in the file (from 1), where they are known."""

    def __init__(
        self, message: str, shape: str | None = None, construct: str = "", line: int | None = None
    ) -> None:
        super().__init__(message)
        self.shape = shape
        self.construct = construct
        self.line = line


class UnreadableDocument(InvalidInput):
    """A document that cannot be read; `line` and `column` start at 1 where they are known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class SourceError(CatalogueError):
    """A fault of the source that is harvested."""


class FetchError(SourceError):
    """No usable answer came; `status` is the HTTP status where there was one."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NoConnection(FetchError):
    """Nobody is there to be asked: the name does not resolve, nothing listens, or TLS is not to be trusted."""


class Refused(FetchError):
    """The guarded client refused the way or the answer."""


class ContentError(SourceError):
    """An answer came, but it is not what the protocol promises."""


class Unavailable(CatalogueError):
    """A part of ours cannot serve just now; try again after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QueryTimeout(Unavailable):
    """The deadline of a query passed and it was ended."""


class StorageFull(Unavailable):
    """The disk or the database has no room left; nothing of the request was stored."""


class ReaderDied(CatalogueError):
    """The child process that reads foreign bytes ended without an answer."""
