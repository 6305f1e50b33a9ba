"""Copies of real records as another portal would list them, and records that only look like copies.

It works on lines of N-Triples alone and knows nothing of how duplicates are found.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalogue.rdf.terms import literal, parts_of, split

DCT = "<http://purl.org/dc/terms/"
DCAT = "<http://www.w3.org/ns/dcat#"
TITLE, TEXT = f"{DCT}title>", f"{DCT}description>"
URLS = (f"{DCAT}accessURL>", f"{DCAT}downloadURL>", f"{DCAT}landingPage>")
OPTIONAL = (f"{DCT}temporal>", f"{DCT}spatial>", f"{DCT}publisher>", TEXT, f"{DCAT}landingPage>")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CITIES = ("Ghent", "Leuven", "Porto", "Turku", "Graz", "Split", "Brno", "Vigo")
SHORT = {"department": "Dept.", "national": "Natl.", "survey": "Surv.", "county": "Cnty.",
         "government": "Gov.", "administration": "Admin.", "service": "Svc."}  # fmt: skip

Lines = list[str]
Change = Callable[[random.Random, str, Lines], Lines]


@dataclass(frozen=True, slots=True)
class Given:
    """A record: its subject as an IRI, its lines, and the changes that made it."""

    iri: str
    lines: Lines
    changes: tuple[str, ...] = ()


def _mapped(lines: Lines, change: Callable[[str, str, str], str | None]) -> Lines:
    found = []
    for line in lines:
        subject, predicate, value = split(line)
        new = change(subject, predicate, value)
        if new is not None:
            found.append(f"{subject} {predicate} {new} .")
    return sorted(found)


def languages(iri: str, lines: Lines) -> list[str]:
    """Those of a record's titles that are told."""
    own = [split(line) for line in lines if line.startswith(f"<{iri}> {TITLE} ")]
    return sorted({parts_of(value)[1] for _s, _p, value in own} - {""})


def one_language(_chance: random.Random, iri: str, lines: Lines, kept: str) -> Lines:
    """Only the texts of one language are left."""
    return [
        line
        for line in lines
        if not (value := split(line)[2]).startswith('"') or parts_of(value)[1] in {"", kept}
    ]


def moved(chance: random.Random, _iri: str, lines: Lines) -> Lines:
    """The files and pages are at another site, under the names that they had or under new ones."""
    kept, site = chance.random() < 0.5, f"files-{chance.randrange(10**9)}.example"

    def change(_s: str, predicate: str, value: str) -> str:
        if predicate not in URLS or not value.startswith("<"):
            return value
        name = value[1:-1].rstrip("/").rsplit("/", 1)[-1]
        path = name if kept else f"{chance.randrange(10**9)}.bin"
        return f"<https://{site}/store/{path}>"

    return _mapped(lines, change)


def renamed(chance: random.Random, _iri: str, lines: Lines) -> Lines:
    """The identifiers are the other portal's own."""

    def change(_s: str, predicate: str, value: str) -> str:
        own = predicate == f"{DCT}identifier>"
        return literal(f"else-{chance.randrange(10**9)}") if own else value

    return _mapped(lines, change)


def dropped(chance: random.Random, iri: str, lines: Lines) -> Lines:
    """One or two of the fields that a portal may leave out are not there."""
    out = set(chance.sample(OPTIONAL, chance.choice((1, 2))))
    return [x for x in lines if not (x.startswith(f"<{iri}> ") and split(x)[1] in out)]


def _retitled(iri: str, lines: Lines, change: Callable[[str], str]) -> Lines:
    def apply(subject: str, predicate: str, value: str) -> str:
        if subject != f"<{iri}>" or predicate != TITLE:
            return value
        text, language, datatype = parts_of(value)
        return literal(change(text), language, datatype)

    return _mapped(lines, apply)


def recased(chance: random.Random, iri: str, lines: Lines) -> Lines:
    """The title is in capitals, in small letters, or with other marks between its words."""
    how = chance.choice((str.upper, str.lower, lambda text: re.sub(r"[ _-]+", " - ", text)))
    return _retitled(iri, lines, how)


def abbreviated(chance: random.Random, iri: str, lines: Lines) -> Lines:
    """Words of the title are abbreviated, or a remark stands behind it."""

    def shorter(text: str) -> str:
        short = re.sub(r"[A-Za-z]+", lambda m: SHORT.get(m.group().lower(), m.group()), text)
        return short if short != text else f"{text} (open data)"

    return _retitled(iri, lines, shorter)


def respelt(_chance: random.Random, iri: str, lines: Lines) -> Lines:
    """The publisher's name is abbreviated or in capitals."""
    publishers = {split(x)[2] for x in lines if x.startswith(f"<{iri}> {DCT}publisher> ")}

    def change(subject: str, predicate: str, value: str) -> str:
        if subject not in publishers or not value.startswith('"'):
            return value
        text = parts_of(value)[0]
        short = re.sub(r"[A-Za-z]+", lambda m: SHORT.get(m.group().lower(), m.group()), text)
        return literal(short if short != text else text.upper())

    return _mapped(lines, change)


CHANGES: dict[str, Change] = {
    "moved": moved,
    "renamed": renamed,
    "dropped": dropped,
    "recased": recased,
    "abbreviated": abbreviated,
    "respelt": respelt,
}


def moved_in(chance: random.Random, one: Given, portal: str) -> Given:
    """The record under the subject that the other portal gives it."""
    new = f"https://{portal}.example/dataset/{chance.randrange(10**12)}"
    lines = sorted(line.replace(f"<{one.iri}", f"<{new}") for line in one.lines)
    return Given(new, lines, one.changes)


def copy_of(chance: random.Random, one: Given, portal: str) -> tuple[Given, Given]:
    """The record, and its copy after one to three changes. Where it has several languages, each of the
    two keeps another one, half the time."""
    lines, names = one.lines, chance.sample(sorted(CHANGES), chance.choice((1, 2, 2, 3)))
    first, told = one, languages(one.iri, lines)
    if len(told) > 1 and chance.random() < 0.5:
        mine, theirs = chance.sample(told, 2)
        first = Given(one.iri, one_language(chance, one.iri, lines, mine))
        lines = one_language(chance, one.iri, lines, theirs)
        names = ["translated", *[x for x in names if x not in {"recased", "abbreviated"}][:1]]
    for name in names:
        if name in CHANGES:
            lines = CHANGES[name](chance, one.iri, lines)
    return first, moved_in(chance, Given(one.iri, lines, tuple(names)), portal)


def other_year(chance: random.Random, one: Given, portal: str) -> Given | None:
    """The same for another year: titles, texts, periods and addresses say that year, half of them at
    the address that all years are at."""
    titles = [split(x)[2] for x in one.lines if x.startswith(f"<{one.iri}> {TITLE} ")]
    years = YEAR.findall(" ".join(titles))
    if not years:
        return None
    by = chance.choice((-2, -1, 1, 2))
    shared = chance.random() < 0.5

    def change(_s: str, predicate: str, value: str) -> str:
        if predicate in URLS and shared:
            return value
        return YEAR.sub(lambda m: str(int(m.group()) + by), value)

    lines = _mapped(renamed(chance, one.iri, one.lines), change)
    return moved_in(chance, Given(one.iri, lines, ("other-year",)), portal)


def other_city(chance: random.Random, one: Given, portal: str) -> tuple[Given, Given]:
    """The same form filled in by two cities: one says its name in the title, or only its publisher."""
    here, there = chance.sample(CITIES, 2)
    in_title = chance.random() < 0.7

    def of(city: str) -> Given:
        lines = _retitled(one.iri, one.lines, lambda text: f"{text} - {city}" if in_title else text)
        publishers = {split(x)[2] for x in lines if x.startswith(f"<{one.iri}> {DCT}publisher> ")}
        lines = [x for x in lines if split(x)[0] not in publishers]
        lines = [x for x in lines if split(x)[1] not in {f"{DCT}publisher>", f"{DCT}spatial>"}]
        lines += [f"<{one.iri}> {DCT}publisher> <https://{city.lower()}.example/org> .",
                  f'<https://{city.lower()}.example/org> <http://xmlns.com/foaf/0.1/name>'
                  f' "City of {city}" .']  # fmt: skip
        lines = moved(chance, one.iri, renamed(chance, one.iri, lines))
        return moved_in(chance, Given(one.iri, lines, ("other-city",)), f"{portal}-{city.lower()}")

    return of(here), of(there)


def pick(chance: random.Random, of: Sequence[Given], number: int) -> list[Given]:
    """So many of them, by chance."""
    return chance.sample(list(of), min(number, len(of)))
