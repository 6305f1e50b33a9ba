"""Two engines over one corpus, and what there is in it to be asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest
from hypothesis import strategies as st

from catalogue.ports import Index
from catalogue.search import query as q
from catalogue.search.documents import Document

FACETS = q.KEYWORD_FIELDS
EVERYBODY = ("public", "members")


@dataclass(repr=False)
class Both:
    """The two engines over one corpus, and what there is in it to be asked for."""

    embedded: Index
    cluster: Index
    documents: list[Document]
    queries: st.SearchStrategy[q.Query]
    filters: st.SearchStrategy[dict[str, tuple[str, ...]]]

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


# --- query trees of what the corpus holds -------------------------------------------------------


def trees(documents: Sequence[Document]) -> st.SearchStrategy[q.Query]:
    """Every kind of node, over tokens and values that are there, nearly there, and not there."""
    chosen = random.Random(1)
    words, pairs = _words(documents, chosen)
    values = [
        (field, value) for one in documents for field, of in one.keywords.items() for value in of
    ]
    numbers = [(field, number) for one in documents for field, number in one.numbers.items()]
    boxes = [one.box for one in documents if one.box]
    word = st.sampled_from(words)
    value = st.sampled_from(chosen.sample(values, 500))
    number = st.sampled_from(chosen.sample(numbers, 300))
    degrees = st.sampled_from(chosen.sample(boxes, 100))
    leaves = st.one_of(
        word.map(lambda w: q.Term(*w)),
        word.map(lambda w: q.Term(w[0], "nowherefound")),
        st.sampled_from(pairs).map(lambda p: q.Phrase(p[0], (p[1], p[2]))),
        st.tuples(word, st.integers(1, 4)).map(lambda w: q.Prefix(w[0][0], w[0][1][: w[1]])),
        st.tuples(word, st.integers(0, 9), st.sampled_from([1, 2])).map(_near),
        value.map(lambda v: q.Terms(v[0], (v[1], "no such value"))),
        st.tuples(number, number).map(_between),
        degrees.map(lambda b: q.Box(*b)),
        st.just(q.All()),
    )
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda p: q.And(tuple(p))),
            st.lists(parts, min_size=1, max_size=3).map(lambda p: q.Or(tuple(p))),
            st.lists(parts, min_size=1, max_size=3).map(lambda p: q.DisMax(tuple(p), 0.1)),
            parts.map(q.Not),
            st.tuples(parts, st.sampled_from([0.3, 1.5, 4.0])).map(lambda p: q.Boost(*p)),
        ),
        max_leaves=8,
    )


def _words(
    documents: Sequence[Document], chosen: random.Random
) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Tokens with their fields, and neighbours with theirs."""
    words, pairs = [], []
    for one in documents:
        for field, tokens in one.texts.items():
            if len(tokens) > 2:  # the first is the same in all
                at = chosen.randrange(1, len(tokens) - 1)
                words.append((field, tokens[at]))
                pairs.append((field, tokens[at], tokens[at + 1]))
    return words, pairs


def _near(drawn: tuple[tuple[str, str], int, int]) -> q.Query:
    """A word with a letter changed."""
    (field, token), at, distance = drawn
    at %= len(token)
    return q.Fuzzy(field, f"{token[:at]}x{token[at + 1 :]}", distance)


def _between(drawn: tuple[tuple[str, int], tuple[str, int]]) -> q.Query:
    (field, one), (_field, other) = drawn
    return q.Range(field, min(one, other), max(one, other))


def filters(documents: Sequence[Document]) -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    """Up to two fields, each with up to two values that are there."""
    there: dict[str, set[str]] = {}
    for one in documents:
        for field, of in one.keywords.items():
            if field in FACETS:
                there.setdefault(field, set()).update(of)
    some = st.sampled_from(sorted(there)).flatmap(
        lambda field: st.tuples(
            st.just(field),
            st.lists(st.sampled_from(sorted(there[field])), min_size=1, max_size=2).map(tuple),
        )
    )
    return st.lists(some, max_size=2).map(dict)
