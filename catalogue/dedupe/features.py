"""What of a record tells whether another describes the same thing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple
from zlib import crc32

from catalogue.dedupe.addresses import address, doi_of, file_name, identifier, is_global
from catalogue.dedupe.words import numbers, words
from catalogue.model import Change
from catalogue.project.boxes import WRITTEN, geometries
from catalogue.rdf.terms import RDF_TYPE, is_iri, is_literal, literal, parts_of, value_of
from vocab.namespaces import ADMS, DCAT, DCT, FOAF, LOCN, OWL, RDFS, SCHEMA, SKOS, VCARD

MOST_FILES = 12  # addresses of files that are compared
SKETCH = 16  # hashes that stand for a description
READ = (
    1_000  # characters of a description that are read: more than the words that are compared take
)

_ADMS_IDENTIFIER = f"<{ADMS}identifier>"
_DCT_IDENTIFIER = f"<{DCT}identifier>"
_LANDING = (f"<{DCAT}landingPage>",)
_FILES = (f"<{DCAT}accessURL>", f"<{DCAT}downloadURL>")
_NAMES = tuple(
    f"<{one}>" for one in (f"{FOAF}name", f"{VCARD}fn", f"{SKOS}prefLabel", f"{RDFS}label")
)
_STARTS = (f"<{DCAT}startDate>", f"<{SCHEMA}startDate>")
_ENDS = (f"<{DCAT}endDate>", f"<{SCHEMA}endDate>")
_VERSION = (f"<{DCAT}version>", f"<{OWL}versionInfo>")
_SAME = f"<{OWL}sameAs>"
_SPREAD = 0x9E3779B1  # odd: CRCs of like texts are spread over the whole range
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

_BOXES = (f"<{DCAT}bbox>", f"<{DCAT}centroid>", f"<{LOCN}geometry>")
_OWN = tuple(
    f"<{one}>"
    for one in (
        f"{DCAT}inSeries",
        f"{DCT}creator",
        f"{DCT}description",
        f"{DCT}publisher",
        f"{DCT}spatial",
        f"{DCT}temporal",
        f"{DCT}title",
        f"{SKOS}notation",
    )
)
_READ = frozenset(
    (RDF_TYPE, _ADMS_IDENTIFIER, _DCT_IDENTIFIER, _SAME, *_LANDING, *_FILES, *_NAMES, *_STARTS, *_ENDS, *_VERSION,
     *_BOXES, *WRITTEN, *_OWN)
)  # fmt: skip

_Said = Mapping[str, Mapping[str, list[str]]]


class Features(NamedTuple):
    """A record as it is compared. Words are folded; addresses as `addresses.address` gives them.

    `identifiers` are those that nobody else gives, `own` what its
    source calls it. `titles` by language ("" where it is not told); `texts` is a sketch of the description by
    language: the least hashes of its words, three by three, sorted. `periods` are "start/end" by the
    day, `box` degrees to two places, `places` authority IRIs or folded names.
    """

    id: str
    source: str
    type: str
    iri: str
    identifiers: tuple[str, ...]
    own: tuple[str, ...]
    dois: tuple[str, ...]
    pages: tuple[str, ...]
    files: tuple[str, ...]
    names: tuple[str, ...]
    titles: Mapping[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    texts: Mapping[str, tuple[int, ...]]
    publisher: Mapping[str, tuple[str, ...]]
    periods: tuple[str, ...]
    places: tuple[str, ...]
    box: str
    series: tuple[str, ...]
    version: str


def features(change: Change) -> Features:
    """What tells a live record's duplicates, off its graph. Raises: ValueError for a broken graph."""
    record = change.record
    return read(record.page_id, record.source, record.type, record.iri, change.lines)


def read(page_id: str, source: str, kind: str, iri: str, lines: Iterable[str]) -> Features:
    """The features of the resource `iri` in a record's sorted lines."""
    said = _by_subject(lines)
    own = said.get(f"<{iri}>", {})
    identifiers = _identifiers(own, said)
    given = {term for node in said.values() for path in _FILES for term in node.get(path, ())}
    files = sorted({one for term in given for one in _url(term)})[:MOST_FILES]
    pages = [one for term in _terms(own, _LANDING) for one in _url(term)]
    publisher = next(iter(own.get(f"<{DCT}publisher>", own.get(f"<{DCT}creator>", ()))), "")
    found = [*identifiers, iri, *map(value_of, _terms(own, (*_LANDING, _SAME)))]
    spatial = own.get(f"<{DCT}spatial>", ())
    titles = _titles(own.get(f"<{DCT}title>", ()))
    return Features(
        id=page_id,
        source=source,
        type=kind,
        iri=iri,
        identifiers=tuple(filter(is_global, dict.fromkeys(map(identifier, identifiers)))),
        own=tuple(dict.fromkeys(map(identifier, map(value_of, own.get(_DCT_IDENTIFIER, ()))))),
        dois=tuple(dict.fromkeys(doi for one in found if (doi := doi_of(one)))),
        pages=tuple(dict.fromkeys(pages)),
        files=tuple(files),
        names=tuple(dict.fromkeys(name for one in files if (name := file_name(one)))),
        titles=titles,
        numbers=tuple(sorted(numbers(word for words in titles.values() for word in words))),
        texts=_texts(own.get(f"<{DCT}description>", ())),
        publisher=_publisher(said, publisher),
        periods=_periods(said, own.get(f"<{DCT}temporal>", ())),
        places=tuple(sorted(one for term in spatial if (one := _place(said, term)))),
        box=_box(said, spatial),
        series=tuple(map(value_of, own.get(f"<{DCAT}inSeries>", ()))),
        version=" ".join(words(" ".join(map(value_of, _terms(own, _VERSION)[:1])))),
    )


def _by_subject(lines: Iterable[str]) -> _Said:
    said: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        if predicate in _READ:
            said.setdefault(subject, {}).setdefault(predicate, []).append(rest[:-2])
    return said


def _terms(node: Mapping[str, list[str]], paths: Iterable[str]) -> list[str]:
    return [term for path in paths for term in node.get(path, ())]


def _identifiers(own: Mapping[str, list[str]], said: _Said) -> list[str]:
    """What the record calls itself, and what others call it."""
    found = [value_of(term) for term in own.get(_DCT_IDENTIFIER, ())]
    for term in own.get(_ADMS_IDENTIFIER, ()):
        node = said.get(term, {})
        found += map(value_of, _terms(node, (f"<{SKOS}notation>", _DCT_IDENTIFIER)))
        found += [] if term.startswith("_:") else [value_of(term)]
    found += [value_of(term) for term in own.get(_SAME, ())]
    return [one.strip() for one in found if one.strip()]


def _url(term: str) -> list[str]:
    found = "" if term.startswith("_:") else address(value_of(term))
    return [found] if found else []


def _titles(terms: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for term in filter(is_literal, terms):
        text, language, _datatype = parts_of(term)
        if split := words(text):
            found.setdefault(language.split("-", 1)[0], split)
    return found


def _texts(terms: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for term in filter(is_literal, terms):
        text, language, _datatype = parts_of(term)
        if made := sketch(text[:READ]):
            found.setdefault(language.split("-", 1)[0], made)
    return found


def sketch(text: str) -> tuple[int, ...]:
    """The least hashes of a text's words three by three; of two texts, the share that is in both
    tells how much they have in common (bottom-k sketch, Broder 1997). Empty under six words."""
    of = words(text)
    if len(of) < 6:
        return ()
    shingles = {f"{x} {y} {z}" for x, y, z in zip(of, of[1:], of[2:], strict=False)}
    hashes = [crc32(one.encode()) * _SPREAD & 0xFFFFFFFF for one in shingles]
    hashes.sort()
    return tuple(hashes[:SKETCH])


def hashed(text: str) -> int:
    """A signed number of 64 bits that stands for a text, the same in every process."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _publisher(said: _Said, term: str) -> dict[str, tuple[str, ...]]:
    """The names of a body, each in its language."""
    if not term:
        return {}
    named = _titles(_terms(said.get(term, {}), _NAMES))
    return named or _titles([literal(_name(said, term))])


def _name(said: _Said, term: str) -> str:
    if is_literal(term):
        return value_of(term)
    node = said.get(term, {})
    named = _terms(node, _NAMES)
    if named:
        return value_of(min(named, key=_english_first))
    return "" if node or not is_iri(term) else value_of(term)


def _english_first(term: str) -> tuple[bool, str]:
    return (not term.endswith("@en"), term)


def _periods(said: _Said, terms: Iterable[str]) -> tuple[str, ...]:
    found = []
    for term in terms:
        node = said.get(term, {})
        starts, ends = _terms(node, _STARTS), _terms(node, _ENDS)
        if starts or ends:
            start, end = ("".join(map(value_of, of[:1]))[:10] for of in (starts, ends))
            found.append(f"{start}/{end}")
    return tuple(sorted(set(found)))


def _place(said: _Said, term: str) -> str:
    named = _name(said, term)
    return named if named.startswith("http") else " ".join(words(named))


def _box(said: _Said, terms: Iterable[str]) -> str:
    def stated(node: str, path: str) -> list[str]:
        return said.get(node, {}).get(path, [])

    for term in terms:
        for value in chain.from_iterable(geometries(stated, term, path) for path in _BOXES):
            found = [f"{float(one):.2f}" for one in _NUMBER.findall(value_of(value)[:2_000])]
            if len(found) >= 2:
                return " ".join(sorted(set(found)))
    return ""
