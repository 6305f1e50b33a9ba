"""Which profiles a record is judged by: those that its source's operator chose, else by what it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from catalogue.model import Sector
from catalogue.rdf.terms import value_of
from catalogue.validate.profiles import DEFAULT
from vocab.namespaces import DCATAP, DCT

_CONFORMS, _LEGISLATION = f"<{DCT}conformsTo>", f"<{DCATAP}applicableLegislation>"
_HVD = f"<{DCATAP}hvdCategory>"
_SPATIAL = frozenset(f"<{DCT}{one}>" for one in ("spatial",))
_HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"
# What IRIs of a profile and of its releases look like, in lower case.
_DECLARED: Mapping[str, re.Pattern[str]] = {
    "health-dcat-ap": re.compile(r"health-?dcat-?ap"),
    "mobility-dcat-ap": re.compile(r"mobility-?dcat-?ap"),
    "mldcat-ap": re.compile(r"mldcat-?ap"),
    "geodcat-ap": re.compile(r"geodcat-?ap"),
    "dcat-ap-hvd": re.compile(r"dcat-?ap-?hvd|/hvd/"),
}
_BY_SECTOR = {"health": "health-dcat-ap", "mobility": "mobility-dcat-ap"}
_BY_TYPE = {"model": "mldcat-ap"}


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
    lines: Iterable[str],
    sectors: Iterable[Sector],
    option: str = "",
    known: Collection[str] = (DEFAULT,),
) -> list[Choice]:
    """The profiles of a record, each once, DCAT-AP first; only those that are `known`.

    A profile is declared by dct:conformsTo, by high-value category or its law, or by the source's option;
    what only the type or the sector of the record points to is not.
    """
    wanted = chosen(option)
    if wanted and "+" not in option:
        return wanted
    found: dict[str, Choice] = {DEFAULT: Choice(DEFAULT)}
    for one in (*wanted, *_by_statement(subject, lines), *_by_nature(type_, sectors)):
        if one.name in known:
            found.setdefault(one.name, one)
    return list(found.values())


def _by_statement(subject: str, lines: Iterable[str]) -> Iterator[Choice]:
    prefix = f"{subject} "
    for line in lines:
        if not line.startswith(prefix):
            continue
        predicate, rest = line[len(prefix) :].split(" ", 1)
        if predicate == _HVD or (predicate == _LEGISLATION and value_of(rest[:-2]) == _HVD_LAW):
            yield Choice("dcat-ap-hvd")
        elif predicate == _CONFORMS:
            text = value_of(rest[:-2]).lower()
            for name, pattern in _DECLARED.items():
                if pattern.search(text):
                    yield Choice(name)


def _by_nature(type_: str, sectors: Iterable[Sector]) -> Iterator[Choice]:
    if type_ in _BY_TYPE:
        yield Choice(_BY_TYPE[type_], declared=False)
    for one in sectors:
        if one.sector in _BY_SECTOR:
            yield Choice(_BY_SECTOR[one.sector], declared=False)
