"""Following the journal: which addresses records give, and how each scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from catalogue.model import PUBLIC, Change
from catalogue.ports import Fold, Journal, Score
from catalogue.quality.assess import (
    ACCESS_URL,
    DISTRIBUTION,
    DOWNLOAD_URL,
    Assessment,
    assessment,
)
from catalogue.quality.metrics import DIMENSIONS
from catalogue.rdf.subjects import Subjects, by_subject
from catalogue.rdf.terms import value_of

BATCH = 500  # changes read at once: memory grows with it
MOST_LINKS = 100  # addresses of one record that are looked after
LONGEST = 2_000  # characters of an address


def follow(journal: Journal, *, batches: int = 1) -> int:
    """Bring links and scores up to the journal, so many batches at most; return how many changes were
    read. Several processes may follow: what one has done another does not do again."""
    total = 0
    for _batch in range(batches):
        after = journal.quality.position()
        changes = journal.changes(after, BATCH)
        if not changes:
            break
        total += len(changes)
        if not journal.quality.fold(_fold(journal, changes, after)):
            break  # somebody else is at it
    return total


def _fold(journal: Journal, changes: Sequence[Change], after: int) -> Fold:
    latest = {one.record.page_id: one for one in changes}
    parsed = {
        page_id: None if one.withdrawn else by_subject(one.lines) for page_id, one in latest.items()
    }
    journal.links.sync(
        {
            page_id: addresses(subjects, f"<{latest[page_id].record.iri}>") if subjects else ()
            for page_id, subjects in parsed.items()
        }
    )
    known = journal.links.of(list(latest))
    scores: dict[str, Score | None] = {}
    for page_id, change in latest.items():
        subjects, with_links = parsed[page_id], replace(change, links=known.get(page_id, ()))
        found = assessment(with_links, subjects) if subjects is not None else None
        scores[page_id] = score(with_links, found) if found else None
    return Fold(after, changes[-1].seq, scores)


def addresses(subjects: Subjects, subject: str) -> list[str]:
    """The web addresses that a record gives for its data, each once, a hundred at most."""
    return list(dict.fromkeys(_addresses(subjects, subject)))[:MOST_LINKS]


def _addresses(subjects: Subjects, subject: str) -> Iterator[str]:
    for term in subjects.get(subject, {}).get(DISTRIBUTION, ()):
        said = subjects.get(term, {})
        for path in (ACCESS_URL, DOWNLOAD_URL):
            for given in said.get(path, ()):
                url = value_of(given).strip()
                if _on_the_web(url):
                    yield url


def _on_the_web(url: str) -> bool:
    if len(url) > LONGEST or not url[:8].lower().startswith(("http://", "https://")):
        return False
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def score(change: Change, found: Assessment) -> Score:
    """The score of a record as it is counted in sums."""
    record = change.record
    by_dimension = found.dimensions
    wanting = sum(1 << place for place, met in enumerate(found.met) if met is False)
    return Score(
        page_id=record.page_id,
        source=record.source,
        node=record.node,
        public=record.visibility == PUBLIC,
        sectors=tuple(one.sector for one in change.sectors),
        points=found.points,
        dimensions=tuple(by_dimension[name] for name in DIMENSIONS),
        conforms=found.conforms,
        wanting=wanting,
        links=sum(one.answers is not None for one in change.links),
        answering=sum(one.answers is True for one in change.links),
    )
