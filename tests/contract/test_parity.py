"""Tantivy and Elasticsearch give equal answers: counts, facets, sorted lists, order by relevance.

The records and the queries are the same in every run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from catalogue.model import Change
from catalogue.ports import Index
from catalogue.project.describe import describe
from catalogue.search import query as q
from catalogue.search.documents import START, document
from catalogue.search.parse import misspellable, parse
from tests.contract import corpus
from tests.contract.engines import COUNTRY, Engine, elasticsearch, tantivy
from tests.contract.parity import EVERYBODY, FACETS, Both
from vocab.languages import OFFICIAL

pytestmark = [pytest.mark.scaleout, pytest.mark.timeout(600)]

SORTS = [f"{way}{name}" for name in q.SORTED_BY for way in ("", "-")]
CLUSTERS = ["one node", "three nodes"]


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> list[Change]:
    return corpus.build(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module", params=CLUSTERS)
def both(
    request: pytest.FixtureRequest,
    changes: list[Change],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Both]:
    alone = request.param == "one node"
    nodes: Any = request.getfixturevalue("elasticsearch_node" if alone else "elasticsearch_cluster")
    described = [document(one, describe(one, COUNTRY)) for one in changes]
    with (
        tantivy(tmp_path_factory.mktemp("embedded") / "index") as ours,
        elasticsearch(
            [nodes] if alone else nodes, "" if alone else "?shards=3&replicas=1"
        ) as theirs,
    ):
        embedded, cluster = _rebuilt(ours, changes), _rebuilt(theirs, changes)
        yield Both(embedded, cluster, described)


def _rebuilt(engine: Engine, changes: Sequence[Change]) -> Index:
    engine.projection().rebuild(lambda: iter(changes), len(changes))
    return engine.reader()


# --- parity --------------------------------------------------------------------------------------


def test_the_corpus_holds_all_languages(both: Both) -> None:
    titles = [orjson.loads(one.item)["title"] for one in both.documents]
    assert {language for title in titles for language in title} >= set(OFFICIAL)


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=150,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_query_tree_gives_equal_counts_facets_and_order(both: Both, seed: int) -> None:
    chance = random.Random(seed)
    request = q.Request(
        both.questions.tree(chance),
        both.questions.filters(chance),
        limit=chance.choice([1, 10, 200]),
        facets=FACETS,
        facet_limit=chance.choice([1, 5, 1000]),
        audiences=chance.choice([EVERYBODY, ("public",)]),
    )
    note(f"{request}")
    both.equal(request)
    both.equal(replace(request, sort=chance.choice(SORTS)))


@pytest.mark.parametrize("sort", SORTS)
def test_a_sorted_list_is_equal_to_its_end(both: Both, sort: str) -> None:
    met = both.walk(q.Request(sort=sort, limit=97, audiences=EVERYBODY))
    assert sorted(met) == sorted(one.id for one in both.documents)


@pytest.mark.parametrize(
    "query",
    [
        q.All(),  # one score for all
        q.Not(q.Term("title", "nowherefound")),
        q.Or((q.All(), q.Terms("type", ("dataset",)), q.Prefix("title", "a"))),  # a few scores
        q.Prefix("description", "d"),
    ],
)
@pytest.mark.parametrize("limit", [7, 100])
def test_a_list_by_relevance_is_equal_to_its_end(both: Both, query: q.Query, limit: int) -> None:
    met = both.walk(q.Request(query, limit=limit))
    total = both.embedded.search(q.Request(query)).total
    assert len(set(met)) == len(met) == total


def test_words_of_every_record_are_found_in_equal_order(both: Both) -> None:
    chosen = random.Random(2)
    for one in chosen.sample(both.documents, 50):
        words = [token for token in one.texts["title"] if not token.startswith(START)]
        text = " ".join(chosen.sample(words, min(2, len(words))))
        language = chosen.choice(OFFICIAL)
        query = parse(
            text, (language, "en", "de"), misspellable(text) if chosen.random() < 0.5 else ()
        )
        both.equal(q.Request(query, facets=FACETS, limit=20, audiences=EVERYBODY))


@pytest.mark.parametrize("typed", ["a", "st", "in", "ö", "д", "x.", "(", "\\", "ab*"])
def test_completion_is_equal(both: Both, typed: str) -> None:
    assert both.cluster.complete(typed, 10) == both.embedded.complete(typed, 10)


def test_a_place_can_be_searched_by_its_box(both: Both) -> None:
    found = both.equal(q.Request(must=(q.Box(5.0, 47.0, 15.0, 55.0),), sort="title", limit=1000))
    assert 0 < found.total < len(both.documents)
