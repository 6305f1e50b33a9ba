"""Which profiles a record is judged by: those that its source's operator chose, else by what it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from catalogue.model import Sector
from catalogue.rdf.terms import value_of
from catalogue.validate.data import Data
from catalogue.validate.profiles import DEFAULT
from vocab.namespaces import DCATAP, DCT, FOAF, GEODCATAP, HEALTH, MOBILITY

_CONFORMS, _LEGISLATION = f"<{DCT}conformsTo>", f"<{DCATAP}applicableLegislation>"
_TOPIC, _TOPIC_OF = f"<{FOAF}primaryTopic>", f"<{FOAF}isPrimaryTopicOf>"
_HVD = f"<{DCATAP}hvdCategory>"
_HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
# What IRIs of a profile and of its releases look like, in lower case.
_DECLARED: Mapping[str, re.Pattern[str]] = {
    "health-dcat-ap": re.compile(r"health-?dcat-?ap"),
    "mobility-dcat-ap": re.compile(r"mobility-?dcat-?ap"),
    "mldcat-ap": re.compile(r"mldcat-?ap"),
    "geodcat-ap": re.compile(r"geodcat-?ap"),
    "dcat-ap-hvd": re.compile(r"dcat-?ap-?hvd|dcat-ap/releases/[\d.]+-hvd|/hvd/"),
}
_BY_SECTOR = {"health": "health-dcat-ap", "mobility": "mobility-dcat-ap"}
_BY_TYPE = {"model": "mldcat-ap"}
# How the terms begin that a profile adds to DCAT's.
_BY_TERM = {
    f"<{HEALTH}": "health-dcat-ap",
    f"<{MOBILITY}": "mobility-dcat-ap",
    f"<{MOBILITY.replace('https:', 'http:')}": "mobility-dcat-ap",
    f"<{GEODCATAP}": "geodcat-ap",
}
_OWN_TERMS = tuple(_BY_TERM)
# What only geographic data and services say of themselves: a standard of INSPIRE or of the OGC, INSPIRE's
# kinds of resources and services, and the EU file types of map and feature services.
_GEOGRAPHIC: Mapping[str, re.Pattern[str]] = {
    _CONFORMS: re.compile(
        r"https?://inspire\.ec\.europa\.eu/|http://data\.europa\.eu/eli/reg/(?:2008/1205|2009/976|2010/1089)\b"
        r"|https?://www\.opengis\.net/(?:def/(?:servicetype|crs|docs)/|spec/|cat/|wms|wfs|wcs|wmts|sensorthings)"
    ),
    f"<{DCT}type>": re.compile(
        r"https?://inspire\.ec\.europa\.eu/metadata-codelist/"
        r"(?:resourcetype|spatialdataservicetype|spatialdataservicecategory)/"
    ),
    f"<{DCT}format>": re.compile(r".*/authority/file-type/(?:wms|wfs|wcs|wmts)_srvc$"),
    _LEGISLATION: re.compile(r"http://data\.europa\.eu/eli/dir/2007/2\b"),
}
_ASKED = frozenset((*_GEOGRAPHIC, _TOPIC, _TOPIC_OF, _HVD))


class Choice(NamedTuple):
    """A profile, and whether it was declared (see `Judged`)."""

    name: str
    declared: bool = True


def chosen(option: str) -> list[Choice]:
    """The profiles of a source's option `profiles`: names with commas between. A name after `+` is added to
    those that fit the record; without any `+` only those that are named are used."""
    names = (one.strip() for one in option.split(","))
    return [Choice(one.removeprefix("+")) for one in names if one.strip("+")]


def profiles_of(
    subject: str,
    type_: str,
    data: Data,
    sectors: Iterable[Sector],
    option: str = "",
    known: Collection[str] = (DEFAULT,),
    conforms: Iterable[str] = (),
) -> list[Choice]:
    """The profiles of a record, each once, DCAT-AP first; only those that are `known`.

    A profile is declared by dct:conformsTo of the record or of its catalogue record (`conforms` are the
    values of one that the graph does not hold), by high-value category or its law, or by the source's
    option. What is only told from the record's type, its sector, the terms that it uses or what is
    geographic in it is not.
    """
    wanted = chosen(option)
    if wanted and "+" not in option:
        return list(dict.fromkeys(wanted))
    telling = _telling(data)
    found: dict[str, Choice] = {DEFAULT: Choice(DEFAULT)}
    stated = (Choice(name) for term in conforms for name in _declared(value_of(term)))
    named = (*wanted, *_by_statement(subject, telling), *stated)
    for one in (*named, *_by_nature(type_, telling, sectors)):
        if one.name in known:
            found.setdefault(one.name, one)
    return list(found.values())


class _Statement(NamedTuple):
    subject: str
    predicate: str
    value: str


def _telling(data: Data) -> list[_Statement]:
    """The statements that tell of profiles: few of a record's."""
    return [
        _Statement(subject, predicate, value)
        for subject, said in data.out.items()
        for predicate in said
        if _tells(predicate)
        for value in said[predicate]
    ]


@lru_cache(maxsize=4096)
def _tells(predicate: str) -> bool:
    return predicate in _ASKED or predicate.startswith(_OWN_TERMS)


def _by_statement(subject: str, telling: Sequence[_Statement]) -> Iterator[Choice]:
    speaking = {subject, *_catalogue_records(subject, telling)}
    for one, predicate, value in telling:
        if predicate == _CONFORMS and one in speaking:
            yield from (Choice(name) for name in _declared(value_of(value)))
        elif one == subject and (
            predicate == _HVD or (predicate == _LEGISLATION and value_of(value) == _HVD_LAW)
        ):
            yield Choice("dcat-ap-hvd")


def _catalogue_records(subject: str, telling: Iterable[_Statement]) -> Iterator[str]:
    """What describes the record as an entry of its catalogue (foaf:primaryTopic, or its inverse)."""
    for one, predicate, value in telling:
        if predicate == _TOPIC and value == subject:
            yield one
        elif predicate == _TOPIC_OF and one == subject:
            yield value


def _declared(text: str) -> Iterator[str]:
    lower = text.lower()
    return (name for name, pattern in _DECLARED.items() if pattern.search(lower))


def _by_nature(
    type_: str, telling: Iterable[_Statement], sectors: Iterable[Sector]
) -> Iterator[Choice]:
    if type_ in _BY_TYPE:
        yield Choice(_BY_TYPE[type_], declared=False)
    for sector in sectors:
        if sector.sector in _BY_SECTOR:
            yield Choice(_BY_SECTOR[sector.sector], declared=False)
    for _subject, predicate, value in telling:
        own = next((one for one in _OWN_TERMS if predicate.startswith(one)), None)
        if own is not None:
            yield Choice(_BY_TERM[own], declared=False)
        pattern = _GEOGRAPHIC.get(predicate)
        if pattern is not None and pattern.match(value_of(value).lower()):
            yield Choice("geodcat-ap", declared=False)
