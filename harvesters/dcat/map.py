"""From a page of RDF to its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from catalogue.model import Finding, Mapped, Page, PageEnd, Severity, content_hash, skolem
from catalogue.ports import Feed
from catalogue.rdf.canonical import canonical
from catalogue.rdf.parse import parse
from catalogue.rdf.split import Piece, split_records
from catalogue.rdf.terms import is_blank, split, value_of
from harvesters.dcat.hydra import Paging, paging
from vocab import is_vocabulary_term
from vocab.namespaces import DCAT, DCT

_IDENTIFIER, _LANDING = f"<{DCT}identifier>", f"<{DCAT}landingPage>"


def map_page(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
    """The page's records in its order, then its end. Raises: ContentError, UnreadableDocument."""
    parsed = parse(page.body, page.media_type, page.url, page.charset)
    found = split_records(parsed.lines, is_vocabulary_term, parsed.torn)
    for piece in found.pieces:
        yield _record(feed.source, piece)
    pages = paging(found.rest or parsed.lines, page.url)
    yield PageEnd(
        next=page.following or pages.next,
        total=None if feed.url.startswith("file:") else pages.total,
        partial=not parsed.complete or pages.unusable is not None,
        findings=[*parsed.findings, *found.findings, *_paging_faults(pages)],
    )


def _paging_faults(pages: Paging) -> Iterator[Finding]:
    if pages.unusable is not None:
        yield Finding(
            rule="feed.next-page-unusable",
            severity=Severity.VIOLATION,
            message="What the page gives as the next page's address leads nowhere, so there may be more"
            " records than were read.",
            value=pages.unusable[:500],
            hint="Let hydra:next name another page by http or https, and leave it out on the last one.",
        )


def _record(source: str, piece: Piece) -> Mapped:
    if not is_blank(piece.subject):
        return Mapped(
            key=value_of(piece.subject),
            subject=piece.subject,
            type=piece.type,
            graph=piece.lines,
            findings=piece.findings,
            torn=piece.torn,
            conforms=piece.conforms,
        )
    key = _key_of_blank(piece)
    iri = f"<{skolem(source, key)}>"
    finding = Finding(
        rule="rdf.subject-skolemised",
        severity=Severity.INFO,
        message="The resource has no IRI of its own; one was made from the source and its key.",
        value=key[:500],
        mended=value_of(iri),
        hint="Give the resource an IRI at the source.",
        key=key,
    )
    return Mapped(
        key=key,
        subject=iri,
        type=piece.type,
        graph=_renamed(piece.lines, piece.subject, iri),
        findings=[*(replace(one, key=key) for one in piece.findings), finding],
        torn=piece.torn,
        conforms=piece.conforms,
    )


def _key_of_blank(piece: Piece) -> str:
    """Its dct:identifier, else its landing page, else the hash of what it says."""
    found: dict[str, str] = {}
    for line in piece.lines:
        subject, predicate, term = split(line)
        if subject == piece.subject and predicate in {_IDENTIFIER, _LANDING} and not is_blank(term):
            value = value_of(term).strip()
            if value:
                found[predicate] = min(value, found.get(predicate, value))
    return (
        found.get(_IDENTIFIER) or found.get(_LANDING) or content_hash(canonical(piece.lines)).hex()
    )


def _renamed(lines: Sequence[str], blank: str, iri: str) -> list[str]:
    renamed = []
    for line in lines:
        subject, predicate, term = split(line)
        start = iri if subject == blank else subject
        renamed.append(f"{start} {predicate} {iri if term == blank else term} .")
    return renamed
