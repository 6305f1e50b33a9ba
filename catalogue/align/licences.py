"""Licences told by the form of an address or a name: which spellings of the tables it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from vocab.licences import ITALIAN

_KIND = r"(by(?:-(?:sa|nc|nd|nc-sa|nc-nd))?)"
# Whatever the deed's language, and whatever the page was asked beside (?ref=chooser-v1).
_TEXT = r"(?:/(?:deed|legalcode)(?:\.[a-z_-]+)?)?/?(?:[?#].*)?"
_CC = r"(?:www\.)?creativecommons\.org"
# "Attribution 4.0 International (CC BY 4.0)": of version 4.0 there are none for single countries.
_TITLED = re.compile(rf"[^()]{{4,120}} \(cc[- ]{_KIND}[- ](4\.0)\)\Z")
_SHORT = re.compile(rf"(?:cc[- ])?{_KIND}[- ]v?([1-4]\.\d)(?: (?:international|unported))?\Z")
# A licence of a jurisdiction (by/3.0/it) is another one; the language of a deed does not matter.
_DEED = re.compile(rf"{_CC}/licenses/{_KIND}/([1-4]\.\d){_TEXT}\Z")
_PORTED = re.compile(
    rf"(?:www\.)?(creativecommons\.org/licenses/by(?:-[a-z]+)*/[1-3]\.\d/[a-z]{{2}}){_TEXT}\Z"
)
_PUBLIC_DOMAIN = re.compile(rf"{_CC}/publicdomain/(zero|mark)/1\.0{_TEXT}\Z")
_OPEN_DEFINITION = re.compile(r"(?:www\.)?opendefinition\.org/licenses/([a-z-]+)\Z")
_DATA_COMMONS = re.compile(
    r"(?:www\.)?opendatacommons\.org/licenses/(\w+)(?:/(?:1[.-]0|summary))?\Z"
)
# SPDX: https://spdx.org/licenses/CC-BY-4.0.html; "-only" is the licence itself.
_SPDX = re.compile(r"spdx\.org/licenses/([\w.+-]+?)(?:-only)?(?:\.html|\.json|\.txt)?\Z")
# RDFLicense names them cc-by4.0, cc-by-sa3.0de, cc-zero1.0, odbl1.0.
_RDF_LICENSE = re.compile(
    r"(?:rdflicense\.appspot\.com/rdflicense|rdflicense\.linkeddata\.es/rdflicense"
    rf"|purl\.org/net/rdflicense)/(?:cc-{_KIND}(\d\.\d)([a-z]{{2}})?|(cc-zero|odbl)1\.0)\Z"
)
_WORD = re.compile(r"[^\W_]+(?:\.\d+)*")
_NUMBERED = re.compile(r"v?\d")
# Italy's list of licences: …/licences/A21_CCBY40 and, before, A21:CCBY40.
_ITALIAN = re.compile(
    r"w3id\.org/italia/controlled-vocabulary/licences/([abc]\d{2,3})(?:[_:].*)?\Z"
)


def readings(text: str) -> Iterator[str]:
    """Keys of the scheme, or spellings of it, that a bare value stands for by its form."""
    if match := _DEED.match(text) or _SHORT.match(text) or _TITLED.match(text):
        yield _key(*match.groups())
    elif match := _PUBLIC_DOMAIN.match(text):
        yield {"zero": "CC0", "mark": "CC_PDM_1_0"}[match.group(1)]
    elif match := _PORTED.match(text):
        yield from _ported(match.group(1))
    elif match := _OPEN_DEFINITION.match(text):
        yield match.group(1)
    elif match := _DATA_COMMONS.match(text):
        yield {"odbl": "ODC_BL", "by": "ODC_BY", "pddl": "ODC_PDDL"}.get(match.group(1), "")
    elif match := _SPDX.match(text):
        yield from _named(match.group(1))
    elif match := _RDF_LICENSE.match(text):
        yield from _of_rdf_license(*match.groups())
    elif match := _ITALIAN.match(text):
        yield ITALIAN.get(match.group(1).upper(), "")


def words_of(title: str) -> str:
    """The words of a licence's title, without what titles write in several ways: dashes, brackets, one of two
    spellings of licence, "version" and "v" before a number, the last "public license"."""
    found = _WORD.findall(title.replace("licence", "license"))
    words = [
        word.removeprefix("v") if _NUMBERED.match(word) else word
        for word, after in zip_longest(found, found[1:], fillvalue="")
        if not (word in {"version", "v"} and _NUMBERED.match(after))
    ]
    return " ".join(words[:-2] if words[-2:] == ["public", "license"] and len(words) > 3 else words)


def _key(kind: str, version: str) -> str:
    return f"CC_{kind.replace('-', '')}_{version.replace('.', '_')}"


def _ported(address: str) -> Iterator[str]:
    yield address
    yield f"{address}/legalcode"


def _named(identifier: str) -> Iterator[str]:
    """An identifier of SPDX is one of ours, written with other signs, or a spelling."""
    yield identifier
    yield re.sub(r"[.-]", "_", identifier)
    if match := _SHORT.match(identifier):
        yield _key(*match.groups())


def _of_rdf_license(
    kind: str | None, version: str, country: str | None, other: str | None
) -> Iterator[str]:
    if other:
        yield {"cc-zero": "CC0", "odbl": "ODC_BL"}[other]
    elif kind and country:
        yield from _ported(f"creativecommons.org/licenses/{kind}/{version}/{country}")
    elif kind:
        yield _key(kind, version)
