"""With which other records one is compared: those that share a key, where not too many do."""

from __future__ import annotations

from collections.abc import Iterator

from catalogue.dedupe.features import Features, hashed
from catalogue.dedupe.words import numbers

LARGEST = 40  # records of one key; a larger block tells nothing apart and is refused
OF_ONE_SOURCE = LARGEST // 2  # of them; so no source alone can make a key useless to all others
FILES = 4  # addresses of files that are keys


def blocks(one: Features) -> tuple[int, ...]:
    """The keys of a record: signed numbers of 64 bits, each once. Records are compared where they
    share one that at most `LARGEST` records have, so that the work grows with the records alone."""
    return tuple(dict.fromkeys(hashed(f"{one.type} {key}") for key in _keys(one)))


def _keys(one: Features) -> Iterator[str]:
    yield f"iri {one.iri}"
    yield from (f"doi {doi}" for doi in one.dois)
    yield from (f"id {found}" for found in one.identifiers)
    yield from (f"at {url}" for url in (*one.pages[:2], *one.files[:FILES]))
    yield from (f"file {name}" for name in one.names[:FILES])
    for words in one.titles.values():
        yield f"title {' '.join(sorted(set(words)))}"
        yield f"short {_short(words)}"
    for text in one.texts.values():
        yield f"text {text[0]} {text[-1]}"
        yield f"text {text[:3]}"
    if one.box or one.periods:
        yield f"where {one.box} {one.periods} {one.numbers}"


def _short(words: tuple[str, ...]) -> str:
    """What is left of a title when its words are abbreviated or some of them left out."""
    plain = sorted((word for word in words if word.isalpha()), key=lambda word: (-len(word), word))
    return f"{sorted(word[:3] for word in plain[:2])} {sorted(numbers(words))}"
