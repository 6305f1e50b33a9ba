"""Packing blobs: zstd with a dictionary of what every DCAT graph repeats.

A single graph of some kilobytes is too short for a compressor to learn from. The dictionary is the
text that such graphs share: their predicates, types and the namespaces of the authority tables.
It is stored in the journal under its number, so that old blobs stay readable when it changes.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

import zstandard

CURRENT = 1
LEVEL = 3

_DCT = "http://purl.org/dc/terms/"
_DCAT = "http://www.w3.org/ns/dcat#"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"

# The rarest first: zstd finds what stands near the end of a dictionary most cheaply.
_COMMON = (
    *(
        f"<{_AUTHORITY}{name}> .\n"
        for name in (
            "planned-availability/",
            "dataset-type/",
            "place/",
            "corporate-body/",
            "frequency/ANNUAL",
            "access-right/PUBLIC",
            "country/",
            "language/ENG",
            "licence/CC_BY_4_0",
            "data-theme/ENVI",
            "file-type/CSV",
        )
    ),
    *(
        f"<{name}> <"
        for name in (
            "http://www.w3.org/ns/adms#identifier",
            "http://www.w3.org/ns/adms#status",
            "http://spdx.org/rdf/terms#checksum",
            "http://spdx.org/rdf/terms#checksumValue",
            "http://www.w3.org/ns/dcat#startDate",
            "http://www.w3.org/ns/dcat#endDate",
            "http://www.w3.org/ns/locn#geometry",
            "http://www.w3.org/2006/vcard/ns#hasEmail",
            "http://www.w3.org/2006/vcard/ns#fn",
            "http://www.w3.org/2004/02/skos/core#prefLabel",
            "http://xmlns.com/foaf/0.1/name",
            "http://xmlns.com/foaf/0.1/page",
            "http://data.europa.eu/r5r/availability",
            "http://data.europa.eu/r5r/applicableLegislation",
        )
    ),
    *(
        f" <{_DCT}{name}> "
        for name in (
            "accrualPeriodicity",
            "accessRights",
            "conformsTo",
            "provenance",
            "spatial",
            "temporal",
            "language",
            "rights",
            "license",
            "publisher",
            "issued",
            "modified",
            "format",
            "identifier",
            "description",
            "title",
        )
    ),
    *(
        f" <{_DCAT}{name}> "
        for name in (
            "contactPoint",
            "landingPage",
            "theme",
            "mediaType",
            "byteSize",
            "downloadURL",
            "accessURL",
            "distribution",
            "keyword",
        )
    ),
    '"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n',
    f" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_DCAT}Dataset> .\n",
    f" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{_DCAT}Distribution> .\n",
)


def current_dictionary() -> bytes:
    """The dictionary that new blobs are packed with."""
    return "".join(_COMMON).encode()


class Packer:
    """Packs with the current dictionary, unpacks with any that the journal holds. Thread-safe."""

    def __init__(self, dictionaries: Mapping[int, bytes]) -> None:
        self._dictionaries = {
            number: zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            for number, body in dictionaries.items()
        }
        self._own = threading.local()

    def pack(self, body: bytes) -> bytes:
        found: zstandard.ZstdCompressor | None = getattr(self._own, "packer", None)
        if found is None:
            found = zstandard.ZstdCompressor(level=LEVEL, dict_data=self._dictionaries[CURRENT])
            self._own.packer = found
        return found.compress(body)

    def unpack(self, body: bytes, dictionary: int) -> bytes:
        """Raises: KeyError for a dictionary that is not there; zstandard.ZstdError if damaged."""
        unpackers = self._own.__dict__.setdefault("unpackers", {})
        found = unpackers.get(dictionary)
        if found is None:
            found = zstandard.ZstdDecompressor(dict_data=self._dictionaries[dictionary])
            unpackers[dictionary] = found
        unpacked: bytes = found.decompress(body)
        return unpacked
