"""Two engines over one corpus, and what there is in it to be asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from catalogue.ports import Index
from catalogue.search import query as q
from catalogue.search.documents import Document

FACETS = q.KEYWORD_FIELDS
EVERYBODY = ("public", "members")


class Both:
    """The two engines over one corpus, and what there is in it to be asked for."""

    def __init__(self, embedded: Index, cluster: Index, documents: list[Document]) -> None:
        self.embedded, self.cluster = embedded, cluster
        self.documents, self.questions = documents, Questions(documents)

    def equal(self, request: q.Request) -> q.Result:
        """The answer of both."""
        ours, theirs = self.embedded.search(request), self.cluster.search(request)
        assert theirs.total == ours.total
        assert theirs.facets == ours.facets
        assert [hit.id for hit in theirs.hits] == [hit.id for hit in ours.hits]
        assert [hit.item for hit in theirs.hits] == [hit.item for hit in ours.hits]
        assert [hit.score for hit in theirs.hits] == pytest.approx(
            [hit.score for hit in ours.hits], abs=0.0011
        )
        assert (theirs.next is None) == (ours.next is None)
        return ours

    def walk(self, request: q.Request) -> list[str]:
        """The ids of all pages, which are the same of both."""
        met: list[str] = []
        ours = theirs = request
        while True:
            one, other = self.embedded.search(ours), self.cluster.search(theirs)
            assert [hit.id for hit in other.hits] == [hit.id for hit in one.hits]
            met += [hit.id for hit in one.hits]
            assert (one.next is None) == (other.next is None)
            if one.next is None:
                return met
            ours, theirs = replace(ours, after=one.next), replace(theirs, after=other.next)


# --- queries of what the corpus holds -----------------------------------------------------------


class Questions:
    """Every kind of node, over tokens and values that are there, nearly there, and not there."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = [one for one in documents if _texts(one)]
        self._values = [
            (field, value)
            for one in documents
            for field, values in one.keywords.items()
            for value in values
        ]
        self._numbers = [pair for one in documents for pair in one.numbers.items()]
        self._boxes = [one.box for one in documents if one.box]

    def tree(self, chance: random.Random) -> q.Query:
        """A tree of four levels at most. Most of its words are of one record, so that they meet."""
        return self._tree(chance, chance.choice(self._documents), 3)

    def _tree(self, chance: random.Random, about: Document, depth: int) -> q.Query:
        if depth == 0 or chance.random() < 0.2:
            return self._leaf(chance, about)
        parts = tuple(self._tree(chance, about, depth - 1) for _ in range(chance.randint(1, 3)))
        made: Sequence[q.Query] = (
            q.And(parts),
            q.Or(parts),
            q.DisMax(parts, 0.1),
            q.Not(parts[0]),
            q.Boost(parts[0], chance.choice([0.3, 1.5, 4.0])),
        )
        return chance.choice(made)

    def filters(self, chance: random.Random) -> dict[str, tuple[str, ...]]:
        """Up to two fields, each with up to two values that are there."""
        found: dict[str, tuple[str, ...]] = {}
        for field, value in chance.sample(self._values, chance.randint(0, 3)):
            if field in FACETS and (field in found or len(found) < 2):
                found[field] = (*found.get(field, ()), value)[:2]
        return found

    def _leaf(self, chance: random.Random, about: Document) -> q.Query:
        if chance.random() < 0.2:
            about = chance.choice(self._documents)
        field, tokens = chance.choice(_texts(about))
        at = chance.randrange(len(tokens) - 1)
        token = tokens[at]
        wrong = chance.randrange(len(token))
        name, number = chance.choice(self._numbers)
        bounds = sorted([number, chance.choice(self._numbers)[1]])
        made: Sequence[q.Query] = (
            q.Term(field, token),
            q.Term(field, chance.choice(tokens)),
            q.Term(chance.choice(q.TEXT_FIELDS), token),
            q.Term(field, "nowherefound"),
            q.Phrase(field, tuple(tokens[at : at + 2])),
            q.Prefix(field, token[: chance.randint(1, 4)]),
            q.Fuzzy(field, f"{token[:wrong]}x{token[wrong + 1 :]}", chance.randint(1, 2)),
            q.Terms(*self._some(chance)),
            q.Range(name, *bounds),
            q.Range(name, number, None),
            q.Box(*chance.choice(self._boxes)),
            q.All(),
        )
        return chance.choice(made)

    def _some(self, chance: random.Random) -> tuple[str, tuple[str, ...]]:
        field, value = chance.choice(self._values)
        return field, (value, "no such value")


def _texts(one: Document) -> list[tuple[str, Sequence[str]]]:
    """The fields with two tokens or more, but for the first, which is the same in all."""
    return [(field, tokens[1:]) for field, tokens in one.texts.items() if len(tokens) > 2]
