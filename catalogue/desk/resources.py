"""From a record of the catalogue to what can be asked for."""

from __future__ import annotations

from catalogue.access.model import Resource
from catalogue.errors import Conflict, InvalidInput, NotFound
from catalogue.model import Change, visible_to
from catalogue.people import Person
from catalogue.ports import Journal
from catalogue.project.describe import describe, in_language
from catalogue.rdf.terms import is_literal, split, value_of
from vocab.namespaces import AICAT

ASKED_FOR = ("dataset", "series", "service", "model", "offer", "training")
_KIND = f"<{AICAT}kind>"
MOST_TITLE = 500  # characters of a resource's title that a request keeps


def resource_of(journal: Journal, page_id: str, person: Person) -> Resource:
    """What the record of a page offers, with the holder who decides on it.

    Raises: NotFound where there is no such record, or the person may not see it; Conflict where it was
    withdrawn.
    """
    try:
        change = journal.current(page_id)
    except NotFound:
        raise NotFound(f"there is no record {page_id[:80]!r} to ask for") from None
    if not visible_to(change.record.visibility, person.reader):
        raise NotFound(f"there is no record {page_id[:80]!r} to ask for")
    if change.deleted:
        raise Conflict(f"{page_id} was withdrawn from the catalogue; it cannot be asked for")
    if change.record.type not in ASKED_FOR:
        raise InvalidInput(
            f"{page_id} is a {change.record.type}; ask for one of: {', '.join(ASKED_FOR)}"
        )
    return _resource(journal, change)


def _resource(journal: Journal, change: Change) -> Resource:
    record = change.record
    if not record.node:
        raise InvalidInput(f"{record.page_id} has no holder; nobody can decide on it")
    said = describe(change, journal.node(record.node).country)
    title = in_language(said.title, "en") or record.iri
    return Resource(
        page_id=record.page_id,
        iri=record.iri,
        title=title[:MOST_TITLE],
        type=record.type,
        holder=journal.requests.workflows.holder_of(record.node),
        sectors=tuple(sorted({one.sector for one in change.sectors})),
        service=service_of(change),
    )


def service_of(change: Change) -> str | None:
    """What an offer gives access to, as the registry's records of offers say it; None of all else."""
    if change.record.type != "offer":
        return None
    subject = f"<{change.record.iri}>"
    for line in change.lines:
        said, predicate, value = split(line)
        if said == subject and predicate == _KIND and is_literal(value):
            return value_of(value)
    return None
