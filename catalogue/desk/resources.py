"""From a record of the catalogue to what can be asked for."""

from __future__ import annotations

from catalogue.access.model import Resource
from catalogue.errors import Conflict, InvalidInput, NotFound
from catalogue.model import Change, visible_to
from catalogue.people import Person
from catalogue.ports import Journal
from catalogue.project.describe import describe, in_language
from catalogue.rdf.terms import value_of
from vocab import namespaces as ns

ASKED_FOR = ("dataset", "series", "service", "model", "offer", "training")  # types of records
MOST_TITLE = 500  # characters of a resource's title that a request keeps


def resource_of(journal: Journal, page_id: str, person: Person) -> Resource:
    """What the record of a page offers, with the holder who decides on it.

    Raises: NotFound where there is no such record, or the person may not see it; Conflict where it was
    withdrawn; InvalidInput where it is nothing to be given access to.
    """
    try:
        change = journal.current(page_id)
    except NotFound:
        raise NotFound(f"there is no record {page_id[:80]!r} to ask for") from None
    if not visible_to(change.record.visibility, person.reader):
        raise NotFound(f"there is no record {page_id[:80]!r} to ask for")
    if change.deleted:
        raise Conflict(f"{page_id} was withdrawn from the catalogue; it cannot be asked for")
    return _resource(journal, change)


def _resource(journal: Journal, change: Change) -> Resource:
    record = change.record
    if record.type not in ASKED_FOR:
        raise InvalidInput(f"{record.page_id} is a {record.type}; nobody can be given access to it")
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
    """What an offer gives access to, as its description says: "compute", "storage" …; else None."""
    if change.record.type != "offer":
        return None
    start = f"<{change.record.iri}> <{ns.AICAT}kind> "
    found = (line[len(start) :] for line in change.lines if line.startswith(start))
    return next((value_of(one.rstrip(" .")) for one in found), None)
