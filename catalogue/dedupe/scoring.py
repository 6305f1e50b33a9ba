"""How sure it is that two records describe the same thing, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from catalogue.dedupe.features import Features
from catalogue.dedupe.words import left_over, names_one

_T = TypeVar("_T", str, int)

ACCEPT = 0.85  # points from which on a pair is taken for one thing
REVIEW = 0.5  # points from which on a pair is kept, for a steward to look at

# What each piece of evidence is worth: the share of doubt that it takes away. Chosen on one half of
# the measured records (docs/reference/duplicates.md); the other half only measures.
WEIGHTS = {
    "same-iri": 0.95,
    "same-doi": 0.9,
    "same-identifier": 0.9,
    "same-page": 0.75,
    "same-files": 0.8,
    "same-file-names": 0.5,
    "same-title": 0.6,
    "similar-title": 0.4,
    "same-publisher": 0.3,
    "same-text": 0.6,
    "similar-text": 0.35,
    "same-period": 0.2,
    "same-place": 0.25,
}
LOOKS = 0.8  # what is left of the points where no identifier, address or publisher says it
IDENTITY = frozenset(("same-iri", "same-doi", "same-identifier"))
ADDRESSES = frozenset(("same-page", "same-files"))
# What records have in common that were given one IRI by a template (http://data.example/dataset/1).
_BESIDE_IRI = frozenset(
    ("same-iri", "same-identifier", "same-publisher", "same-place", "same-period")
)


class Reason(NamedTuple):
    """One piece of evidence: a rule of `WEIGHTS`, or of a veto; the value that it saw; and the share
    of doubt that it takes away (0 for a veto)."""

    rule: str
    value: str
    weight: float


class Score(NamedTuple):
    """`points` from 0 (nothing, or a veto) to 1; `reasons`, the weightiest first. `certain`: an
    identifier or an address says it, not only what the records look like."""

    points: float
    reasons: tuple[Reason, ...]

    @property
    def vetoed(self) -> bool:
        return any(reason.weight == 0 for reason in self.reasons)

    @property
    def certain(self) -> bool:
        return any(reason.rule in IDENTITY | ADDRESSES for reason in self.reasons)


def score(a: Features, b: Features) -> Score:
    """Compare two records; the same whichever comes first."""
    if a.iri != b.iri and (veto := next(_vetoes_of_numbers(a, b), None)):
        return Score(0.0, (veto,))  # most of what shares a key ends here
    evidence = sorted(_evidence(a, b), key=lambda reason: (-reason.weight, reason.rule))
    rules = {reason.rule for reason in evidence}
    veto = next(_vetoes(a, b, rules), None)
    if veto is not None:
        return Score(0.0, (veto, *evidence))
    doubt = 1.0
    for reason in evidence:
        doubt *= 1 - reason.weight
    sure = rules & (IDENTITY | ADDRESSES | {"same-publisher"})
    return Score(round((1 - doubt) * (1 if sure else LOOKS), 4), tuple(evidence))


# --- what speaks for it ----------------------------------------------------------------------------


def _evidence(a: Features, b: Features) -> Iterator[Reason]:
    if a.iri == b.iri:
        yield _reason("same-iri", a.iri)
    pieces: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
        ("same-doi", a.dois, b.dois),
        ("same-identifier", a.identifiers, b.identifiers),
        ("same-page", a.pages, b.pages),
    )
    for rule, mine, theirs in pieces:
        common = _common(mine, theirs)
        if common:
            yield _reason(rule, common[0])
    yield from _shared("same-files", a.files, b.files)
    yield from _shared("same-file-names", a.names, b.names)
    yield from _titles(a, b)
    for of_a, of_b in _comparable(a.publisher, b.publisher):
        if names_one(of_a, of_b):
            yield _reason("same-publisher", min(" ".join(of_a), " ".join(of_b)))
            break
    yield from _texts(a, b)
    periods = _common(a.periods, b.periods)
    if periods:
        yield _reason("same-period", periods[0])
    places = _common(a.places, b.places)
    if places or (a.box and a.box == b.box):
        yield _reason("same-place", places[0] if places else a.box)


def _reason(rule: str, value: str, share: float = 1.0) -> Reason:
    return Reason(rule, value[:200], round(WEIGHTS[rule] * share, 4))


def _common(a: Sequence[str], b: Sequence[str]) -> list[str]:
    return sorted(set(a).intersection(b)) if a and b else []


def _shared(rule: str, a: Sequence[str], b: Sequence[str]) -> Iterator[Reason]:
    """Worth the less, the smaller the part of both that is shared."""
    common = _common(a, b)
    if common:
        yield _reason(rule, common[0], len(common) / min(len(a), len(b)))


def _titles(a: Features, b: Features) -> Iterator[Reason]:
    best, value, alike = 0.0, "", False
    for of_a, of_b in _comparable(a.titles, b.titles):
        extra_a, extra_b = left_over(of_a, of_b)
        shared = len(set(of_a)) - len(extra_a)
        share = shared / max(len(set(of_a)), len(set(of_b)))
        if share > best and not (extra_a and extra_b):
            best, value, alike = share, " ".join(of_a), not (extra_a or extra_b)
    if alike:
        told = min(1.0, (1 + len(value.split())) / 4)  # a title of one word tells little
        yield _reason("same-title", value, told)
    elif best >= 0.6:
        yield _reason("similar-title", value, best)


def _comparable(
    a: Mapping[str, Sequence[_T]], b: Mapping[str, Sequence[_T]]
) -> Iterator[tuple[Sequence[_T], Sequence[_T]]]:
    """Texts of both in one language; what has no language is compared with all."""
    for language, of_a in a.items():
        for other, of_b in b.items():
            if language == other or not language or not other:
                yield of_a, of_b


def _of_one_language(
    a: Mapping[str, Sequence[_T]], b: Mapping[str, Sequence[_T]]
) -> Iterator[tuple[Sequence[_T], Sequence[_T]]]:
    """Texts of both in one language, as far as that is told; or in none, both."""
    for language in a.keys() & b.keys():
        yield a[language], b[language]


def _texts(a: Features, b: Features) -> Iterator[Reason]:
    likeness = max((resemblance(x, y) for x, y in _comparable(a.texts, b.texts)), default=0.0)
    if likeness >= 0.95:
        yield _reason("same-text", "the descriptions are the same")
    elif likeness >= 0.4:
        yield _reason("similar-text", f"{likeness:.0%} of the descriptions is the same", likeness)


def resemblance(a: Sequence[int], b: Sequence[int]) -> float:
    """The share of what two sketches stand for that is in both: from 0 to 1, estimated."""
    least = sorted(set(a).union(b))[: max(len(a), len(b))]
    both = set(a).intersection(b)
    return sum(one in both for one in least) / len(least) if least else 0.0


# --- what speaks against it ------------------------------------------------------------------------


def _vetoes(a: Features, b: Features, rules: set[str]) -> Iterator[Reason]:
    """What rules it out, whatever else speaks for it."""
    if a.type != b.type:
        yield Reason("other-type", f"{a.type}, {b.type}", 0)
    if a.source == b.source:
        yield from _vetoes_of_one_source(a, b, rules)
    if "same-iri" in rules:
        if rules <= _BESIDE_IRI and (told := _nothing_alike(a.titles, b.titles)):
            yield Reason("other-words", told, 0)
        return
    if a.series and _common(a.series, b.series) and not rules & IDENTITY:
        yield Reason("members-of-one-series", a.series[0], 0)
    if a.version and b.version and a.version != b.version:
        yield Reason("other-version", f"{a.version}, {b.version}", 0)
    # What has no language may be of another: beside an identifier it contradicts nothing.
    titles = _of_one_language if rules & IDENTITY else _comparable
    extra = [left_over(x, y) for x, y in titles(a.titles, b.titles)]
    if extra and all(x and y for x, y in extra):
        yield Reason("other-words", ", ".join(map(" ".join, extra[0]))[:200], 0)
    if rules & IDENTITY:
        return
    others = next(_comparable(a.publisher, b.publisher), None)
    if others and not rules & (ADDRESSES | {"same-publisher"}):
        yield Reason("other-publisher", ", ".join(map(" ".join, others))[:200], 0)
    for rule, of_a, of_b in (
        ("other-period", a.periods, b.periods),
        ("other-place", a.places, b.places),
        ("other-place", (a.box,) * bool(a.box), (b.box,) * bool(b.box)),
    ):
        if of_a and of_b and not set(of_a) & set(of_b):
            yield Reason(rule, f"{of_a[0]}, {of_b[0]}"[:200], 0)


def _nothing_alike(a: Mapping[str, Sequence[str]], b: Mapping[str, Sequence[str]]) -> str:
    """The titles in a language that both tell, where no word of any of these is in the other; else empty."""
    both = [(a[one], b[one]) for one in sorted(a.keys() & b.keys()) if one]
    for mine, theirs in both:
        extra, other = left_over(mine, theirs)
        if len(extra) < len(set(mine)) or len(other) < len(set(theirs)):
            return ""
    return ", ".join(map(" ".join, both[0]))[:200] if both else ""


def _vetoes_of_one_source(a: Features, b: Features, rules: set[str]) -> Iterator[Reason]:
    """A source hardly lists a thing twice: it takes an identifier, or the same title and files."""
    if a.own and b.own and not set(a.own) & set(b.own):
        yield Reason("other-identifier", f"{a.own[0]}, {b.own[0]}"[:200], 0)
    if not rules & IDENTITY and not {"same-title", "same-text", "same-files"} <= rules:
        yield Reason("one-source", a.source, 0)


def _vetoes_of_numbers(a: Features, b: Features) -> Iterator[Reason]:
    of_a, of_b = frozenset(a.numbers), frozenset(b.numbers)
    if of_a != of_b and not (of_a < of_b or of_b < of_a):
        told = f"{' '.join(sorted(of_a - of_b))}, {' '.join(sorted(of_b - of_a))}"
        yield Reason("other-number", told[:200], 0)
    elif of_a != of_b:
        yield Reason("number-left-out", " ".join(sorted(of_a ^ of_b))[:200], 0)
