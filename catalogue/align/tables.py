"""What a value may be written as, for each property that an authority table governs.

Each match says by which kind of rule it was found:

- `iri`: the concept's own IRI, written otherwise (http or https, the older address of the tables)
- `exact`: an IRI that a published table says is the same
- `code`: the concept's code, or one of a standard that its table lists
- `label`: its name in one of the languages
- `alias`: a spelling of `vocab.spellings`
- `pattern`: read by the form of the value (BCP 47, ISO 8601, deeds of Creative Commons)
- `mapped`: a concept of another scheme that a published mapping puts within this one
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import vocab
from catalogue.align.forms import file_type, frequency
from catalogue.align.licences import readings, words_of
from vocab.namespaces import AUTHORITY, DCAT, DCATAP, DCT
from vocab.spellings import CODES_AS_WORDS, MEDIA_TYPES, REGISTERED_TOO, SHARED_NAMES, SPELLINGS

# property -> scheme
PROPERTIES = {
    f"{DCT}language": "language",
    f"{DCT}license": "license",
    f"{DCT}format": "format",
    f"{DCAT}mediaType": "media-type",
    f"{DCAT}compressFormat": "media-type",
    f"{DCAT}packageFormat": "media-type",
    f"{DCT}accrualPeriodicity": "frequency",
    f"{DCT}accessRights": "access",
    f"{DCAT}theme": "theme",
    f"{DCATAP}hvdCategory": "hvd",
    f"{DCATAP}availability": "availability",
    f"{DCT}spatial": "country",
}


class Match(NamedTuple):
    """A concept's IRI and the kind of rule that found it."""

    iri: str
    rule: str


_LANGUAGE_IRI = re.compile(
    r"(?:(?:www\.)?lexvo\.org/(?:id|page)/(?:iso639-3|iso639-1|code)/"
    r"|id\.loc\.gov/vocabulary/iso639-[12]/|(?:www\.)?lingvoj\.org/lang/"
    r"|.*languagecode[/#_])([a-z]{2,3})\Z"
)
_TAGGED = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+\Z")  # en_US, sr-Latn-RS (BCP 47)
_SPOKEN_IN = re.compile(r"([a-z]{3});\s*[a-z]{2,3}\Z")  # "eng; GBR" (ISO 19139, gmd:language)
_MEDIA = re.compile(
    r"(?:(?:www\.)?iana\.org/assignments/media-types|inspire\.ec\.europa\.eu/media-types"
    r"|w3id\.org/mediatype|purl\.org/net/mediatypes)/([\w.+-]+/[\w.+-]+)\Z"
)
_REGISTERED = re.compile(
    r"((?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+)(?:\s*;.*)?\Z",
    re.IGNORECASE,
)
_ABBREVIATED = re.compile(r"([\w/ -]{5,60}) \((\w{2,8})\)\Z")
_MAINTENANCE = re.compile(r".*maintenancefrequency(?:code)?[/#_]([a-z]+)\Z")
_NUTS = re.compile(r"(?:data\.europa\.eu/nuts/code|nuts\.geovocab\.org/id)/([a-z]{2})([0-9a-z]{0,3})\Z")  # fmt: skip
_GEONAMES = re.compile(r"(?:sws\.|www\.)?geonames\.org/(\d+)(?:/[^/]*)?\Z")
# Countries by ISO 3166 or NUTS, in addresses of Lexvo, ISO and Eurostat's older ones.
_COUNTRY = re.compile(
    r"(?:(?:www\.)?lexvo\.org/(?:id|page)/iso3166/|(?:www\.)?iso\.org/obp/ui/#iso:code:3166:"
    r"|rdfdata\.eionet\.europa\.eu/ramon/nuts\d*/|ec\.europa\.eu/eurostat/ramon/rdfdata/nuts\d*/)"
    r"([a-z]{2})\Z"
)
_TABLE = re.compile(
    r"publications\.europa\.eu/(?:resource|mdr)/(?:resource/)?(?:authority/)?([\w-]+)/(\w+)\Z"
)
_TABLES = {
    "language": "language",
    "licence": "license",
    "license": "license",
    "file-type": "format",
    "frequency": "frequency",
    "access-right": "access",
    "data-theme": "theme",
    "theme": "theme",
    "planned-availability": "availability",
    "country": "country",
}
_VERSION = re.compile(r"_(\d)_(\d)\Z")
MOST = 300  # characters of a value that may name a concept


def look_up(scheme: str, value: str) -> Match | None:
    """The concept that a value names as somebody may write it (case and white space aside), or None
    where it names none or several. An authority's own IRI comes back as it is."""
    text = " ".join(value.split())
    if not text or len(text) > MOST:
        return None
    if scheme == "media-type":
        return _media_type(text)
    if scheme == "country" and "/" not in text:
        return _named_country(text)
    return spellings(scheme).get(bare(text)) or _patterned(scheme, bare(text))


def bare(text: str) -> str:
    """The text without what never tells: case, scheme of the address, last slash or full stop."""
    return re.sub(r"\Ahttps?://", "", text, flags=re.IGNORECASE).rstrip("/.").lower()


def _patterned(scheme: str, text: str) -> Match | None:
    found = {
        "license": _licence,
        "language": _language,
        "format": _format,
        "frequency": _frequency,
        "country": _region,
    }.get(scheme, lambda _text: None)(text)
    if found:
        return found
    match = _TABLE.match(text)
    if match and _TABLES.get(match.group(1)) == scheme:
        found = _of_key(scheme, match.group(2), "iri")
        return found if found and found.iri.startswith(AUTHORITY) else None
    return None


def _of_key(scheme: str, key: str, rule: str) -> Match | None:
    iri = _keys(scheme).get(key.lower())
    return Match(iri, rule) if iri else None


def _licence(text: str) -> Match | None:
    for one in readings(text):
        if found := _of_key("license", one, "pattern") or spellings("license").get(one):
            return Match(found.iri, "pattern")
    iri = _licences_by_words().get(words_of(text)) if "/" not in text else None
    return Match(iri, "pattern") if iri else None


def _language(text: str) -> Match | None:
    match = _LANGUAGE_IRI.match(text) or _TAGGED.match(text) or _SPOKEN_IN.match(text)
    found = _codes_of_languages().get(match.group(1)) if match else None
    return Match(found, "pattern") if found else None


@cache
def _licences_by_words() -> dict[str, str]:
    """Titles and codes of licences that have a number or several words, by their words."""
    found: dict[str, set[str]] = {}
    for spelling, match in spellings("license").items():
        words = "" if "/" in spelling else words_of(spelling)
        if " " in words:
            found.setdefault(words, set()).add(match.iri)
    return {words: iris.pop() for words, iris in found.items() if len(iris) == 1}


def _format(text: str) -> Match | None:
    if spelling := file_type(text):
        found = spellings("format").get(spelling)
        return Match(found.iri, "pattern") if found else None
    if match := _MEDIA.match(text) or _REGISTERED.match(text):
        found = spellings("format").get(match.group(1))
        return Match(found.iri, "pattern") if found else None
    if match := _ABBREVIATED.match(text):  # Enhanced Compressed Wavelet (ECW)
        name, short = match.groups()
        initials = "".join(word[0] for word in re.split(r"[\s/-]+", name) if word)
        found = spellings("format").get(short)
        if found and (initials == short or spellings("format").get(name, found) != found):
            return Match(found.iri, "pattern") if initials == short else None
    return None


def _frequency(text: str) -> Match | None:
    if match := _MAINTENANCE.match(text):
        code = "ANNUAL_2" if match.group(1) == "biannually" else ""  # ISO 19115: twice each year
        found = spellings("frequency").get(match.group(1))
        return _of_key("frequency", code, "code") or (found and Match(found.iri, "code"))
    return _of_key("frequency", frequency(text), "pattern")


def _region(text: str) -> Match | None:
    """A country by its number in GeoNames, its ISO code, or its NUTS code (level 0), where Greece is EL and
    the United Kingdom UK; a region by the address that Eurostat gives it."""
    if match := _GEONAMES.match(text):
        return spellings("country").get(f"sws.geonames.org/{match.group(1)}")
    match = _NUTS.match(text) or _COUNTRY.match(text)
    if not match:
        return None
    code = {"el": "gr", "uk": "gb"}.get(match.group(1), match.group(1))
    country = _short_codes().get(code)
    if country is None:
        return None
    if match.re is _COUNTRY or not match.group(2):
        return Match(country, "code")
    return Match(f"http://data.europa.eu/nuts/code/{''.join(match.groups()).upper()}", "iri")


def _named_country(text: str) -> Match | None:
    """A country by its name, or by its code of three capitals. Two letters tell too little: DE is
    Delaware, BE a canton and a Land, NO a word."""
    if len(text) == 3 and text.isupper():
        return None if text in CODES_AS_WORDS else _of_key("country", text, "code")
    return spellings("country").get(text.lower())


def _media_type(text: str) -> Match | None:
    """The IANA IRI of a media type that is written as such, or of the file type's only one."""
    plain = bare(text)
    if match := _REGISTERED.match(text):
        name = match.group(1).lower()
        if other := _instead(name):
            return Match(_IANA + other, "mapped")
        return Match(_IANA + name, "code" if match.group(1) == text else "pattern")
    if match := _MEDIA.match(plain):
        stays = "iana.org" in plain and "://" in text  # both http and https are in use
        return None if stays else Match(_IANA + match.group(1), "iri")
    found = look_up("format", text) if "iana.org" not in plain else None
    registered = _registered().get(found.iri) if found else None
    return Match(_IANA + registered, "mapped") if registered else None


def _instead(name: str) -> str | None:
    """The registered media type of the file type that a name which is not registered stands for."""
    found = spellings("format").get(name)
    known = _registered().get(found.iri) if found else None
    spelt = found is not None and found.rule == "alias" and name not in REGISTERED_TOO
    return known if known != name and (spelt or "/x-" in name) else None


_IANA = "https://www.iana.org/assignments/media-types/"


@cache
def spellings(scheme: str) -> dict[str, Match]:
    """Every spelling of a scheme's concepts, in lower case, to the concept.

    What two concepts share names none, save that a name with a version is the concept's of that version
    alone; the concept's own IRI and code always win.
    """
    table: dict[str, Match] = {}
    shared: dict[str, dict[str, Match]] = {}
    for concept in vocab.scheme(scheme):
        for spelling, rule in _of_concept(scheme, concept):
            own = Match(concept.iri, rule)
            first = table.setdefault(spelling, own)
            if first.iri != concept.iri:
                shared.setdefault(spelling, {first.iri: first}).setdefault(concept.iri, own)
    for spelling, matches in shared.items():
        del table[spelling]
        versions = [one for one in matches.values() if _is_of_version(one.iri, spelling)]
        if len(versions) == 1:
            table[spelling] = versions[0]
    for concept in vocab.scheme(scheme):
        for iri in concept.iris:
            table[bare(iri)] = Match(iri, "iri")
        if scheme != "country" and not _is_word(concept):
            table[concept.key.lower()] = Match(concept.iri, "code")
    for key, spellings in SPELLINGS.get(scheme, {}).items():
        for one in spellings.split("|"):
            if found := _of_key(scheme, key, "alias"):
                table[one] = found
    table.pop("", None)
    return table


def _is_of_version(iri: str, spelling: str) -> bool:
    """Whether the version that ends a concept's IRI (CC_BY_4_0) stands in a name."""
    match = _VERSION.search(iri)
    return match is not None and f" {match.group(1)}.{match.group(2)}" in spelling


def _of_concept(scheme: str, concept: vocab.Concept) -> Iterator[tuple[str, str]]:
    """A concept's spellings with their rules, the surest first."""
    for iri in concept.exact:
        yield bare(iri), "exact"
    if scheme == "country":
        if concept.code != concept.key or len(concept.key) == 3:  # not the unions and the unknown
            names = {label.strip().lower() for label in concept.labels.values()}
            yield from ((name, "label") for name in names - SHARED_NAMES - _names_of_places())
        return
    if scheme in {"format", "license"}:
        yield from ((one.lower(), "code") for one in concept.notations)
    if not _is_word(concept):
        yield concept.code.lower(), "code"
    yield from ((label.strip().lower(), "label") for label in concept.labels.values())


def _is_word(concept: vocab.Concept) -> bool:
    """Whether a licence's code is a plain word, which a text may hold by chance (Fair, IPA)."""
    return concept.iri.endswith(f"od-licenses#{concept.key}") and concept.key.isalpha()


@cache
def _keys(scheme: str) -> dict[str, str]:
    return {concept.key.lower(): concept.iri for concept in vocab.scheme(scheme)}


@cache
def _codes_of_languages() -> dict[str, str]:
    """Codes of ISO 639 alone: the names of languages have no place in an address."""
    known = {
        code.lower(): concept.iri
        for concept in vocab.scheme("language")
        for code in (concept.code, concept.key)
    }
    old = {
        spelling: found.iri
        for key, listed in SPELLINGS["language"].items()
        for spelling in listed.split("|")
        if (found := _of_key("language", key, "alias"))
    }
    return {**known, **old}


@cache
def _short_codes() -> dict[str, str]:
    return {c.code.lower(): c.iri for c in vocab.scheme("country") if len(c.code) == 2}


@cache
def _names_of_places() -> frozenset[str]:
    return frozenset(str(row["n"]) for row in vocab.rows("place-names"))


@cache
def _registered() -> dict[str, str]:
    """File types to their registered media type, where the table knows one only, or IANA's register does."""
    found = {}
    for concept in vocab.scheme("format"):
        types = {one for one in concept.notations if _REGISTERED.fullmatch(one) and ";" not in one}
        types = {one for one in types if "/x-" not in one}
        if concept.key in MEDIA_TYPES:
            types = {MEDIA_TYPES[concept.key]}
        if len(types) == 1:
            found[concept.iri] = types.pop()
    return found
