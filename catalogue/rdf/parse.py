"""Careful parsing of RDF from outside: strict first, then mended, and every mending a finding."""

from __future__ import annotations

from catalogue.errors import ContentError, UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf import formats, jsonld, lines_of, rdfxml, turtle
from catalogue.rdf.decode import decode
from catalogue.rdf.lines_of import Parsed

__all__ = ["Parsed", "parse"]


def parse(body: bytes, media_type: str = "", base: str = "", charset: str | None = None) -> Parsed:
    """Read a document in any of the six serialisations; graph names are dropped.

    The media type decides on the serialisation unless the document plainly is of another (a
    finding). Nothing is fetched: no external entity, no remote JSON-LD context.

    Raises: ContentError for a web page; UnreadableDocument where nothing can be read, with the
    place where it is known.
    """
    text, findings = decode(body, charset)
    if formats.is_html(text):
        raise ContentError("the answer is a web page, not RDF; check the address")
    kind, differs = formats.decide(media_type, text)
    if kind is None:
        if not text.strip():
            raise UnreadableDocument("the document is empty")
        raise UnreadableDocument(
            f"no RDF serialisation can be seen in it (media type {media_type!r})"
        )
    if differs:
        findings.append(
            Finding(
                rule="rdf.media-type-differs",
                severity=Severity.WARNING,
                message=f"The document is {kind}, not what its media type says.",
                value=media_type,
                mended=kind,
                hint="Serve it with the media type of what it is.",
            )
        )
    parsed = _READERS[kind](text, base)
    parsed.findings[:0] = findings
    return parsed


_READERS = {
    formats.TURTLE: turtle.read,
    formats.TRIG: turtle.read_trig,
    formats.NTRIPLES: lines_of.read_ntriples,
    formats.NQUADS: lines_of.read_nquads,
    formats.RDFXML: rdfxml.read,
    formats.JSONLD: jsonld.read,
}
