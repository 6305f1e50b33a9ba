"""What the Metadata Quality Assessment of data.europa.eu counts as machine-readable, as non-proprietary,
and as a known licence: the facts of its published vocabularies (see `vocab.compile`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import orjson

from vocab import code_of, scheme_of
from vocab.licences import EU_TABLE
from vocab.namespaces import AUTHORITY

VOCABULARY = "https://piveau.eu/ns/voc#"  # of its metrics and dimensions
FILE_TYPE = f"{AUTHORITY}file-type/"
# The register of media types, as its entries are linked to; names with x- are of no register.
_MEDIA_TYPES = ("iana.org/assignments/media-types/", "www.iana.org/assignments/media-types/")
_TREES = frozenset(
    (
        "application",
        "audio",
        "font",
        "haptics",
        "image",
        "message",
        "model",
        "multipart",
        "text",
        "video",
    )
)


@cache
def _facts() -> dict[str, frozenset[str]]:
    body = files("vocab").joinpath("mqa.json").read_bytes()
    return {name: frozenset(values) for name, values in orjson.loads(body).items()}


def is_machine_readable(code: str) -> bool:
    """Whether the file type of that code of the EU table can be read by machines."""
    return code in _facts()["machine_readable"]


def is_non_proprietary(code: str) -> bool:
    """Whether the file type of that code of the EU table belongs to nobody."""
    return code in _facts()["non_proprietary"]


def is_known_licence(iri: str) -> bool:
    """Whether an IRI is a licence of the collection, or one that it says to be the same; the EU's table
    of today counts as well as the collection at hand."""
    return _bare(iri) in _facts()["licences"] or (
        iri.startswith(EU_TABLE) and scheme_of(iri) == "license"
    )


def file_type(iri: str) -> str | None:
    """The code of an IRI of the EU's table of file types."""
    return code_of(iri) if scheme_of(iri) == "format" else None


def media_type(iri: str) -> str | None:
    """The name of a media type (text/csv) whose entry in IANA's register the IRI is."""
    bare = _bare(iri)
    for start in _MEDIA_TYPES:
        if bare.startswith(start):
            name = bare.removeprefix(start)
            tree, _, rest = name.partition("/")
            return name if tree in _TREES and rest and not rest.startswith("x-") else None
    return None


def _bare(iri: str) -> str:
    return iri.strip().split("://", 1)[-1].rstrip("/").lower()
