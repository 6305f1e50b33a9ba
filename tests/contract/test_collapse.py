"""With `collapse=cluster` a cluster is one hit with its sources, on every engine; without, nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from catalogue.model import Change, page_id
from catalogue.search.service import SearchPage, SearchParams, SearchService
from tests.contract.engines import Engine
from tests.contract.test_index import change, with_files

CLUSTER = page_id("\0cluster", "one")


def of_source(one: Change, source: str, cluster: str | None = CLUSTER) -> Change:
    record = replace(one.record, source=source, node=f"{source}-node")
    return replace(one, record=record, cluster=cluster)


def wells(number: int, title: str, language: str, source: str) -> Change:
    return of_source(change(number, title, language), source)


THREE = (
    wells(1, "Levels of wells", "en", "national"),
    wells(2, "Pegel der Brunnen", "de", "regional"),
    wells(3, "Niveaux des puits", "fr", "factory"),
)
ALONE = change(4, "Road traffic", theme="TRAN")


def ask(service: SearchService, **more: Any) -> SearchPage:
    return service.search(SearchParams(**{"collapse": "cluster", **more}))


def filled(engine: Engine, *changes: Change) -> SearchService:
    return SearchService(engine.filled(*changes))


def clustered(engine: Engine, members: Sequence[Change] = THREE) -> SearchService:
    engine.clusters[CLUSTER] = list(members)
    return filled(engine, *members, ALONE)


def test_a_cluster_is_one_hit_with_the_sources_of_all(engine: Engine) -> None:
    page = ask(clustered(engine), facets=["source", "theme"], sort="title")
    assert page.total == 2
    (one,) = [item for item in page.items if item["cluster"]]
    assert one["cluster"] == CLUSTER
    assert {told["source"] for told in one["sources"]} == {"national", "regional", "factory"}
    assert one["id"] in {told["id"] for told in one["sources"]}
    assert {told["title"] for told in one["sources"]} == {
        "Levels of wells",
        "Pegel der Brunnen",
        "Niveaux des puits",
    }
    counts = {told["value"]: told["count"] for told in page.facets["source"]}
    assert counts == {"national": 1, "regional": 1, "factory": 1, "s": 1}
    assert {told["value"]: told["count"] for told in page.facets["theme"]} == {
        "HEAL": 1,
        "TRAN": 1,
    }


def test_every_record_is_there_for_who_does_not_collapse(engine: Engine) -> None:
    service = clustered(engine)
    page = ask(service, collapse="none", facets=["theme"])
    assert page.total == 4
    assert len({item["id"] for item in page.items}) == 4
    assert {told["value"]: told["count"] for told in page.facets["theme"]} == {
        "HEAL": 3,
        "TRAN": 1,
    }
    assert not any("sources" in item for item in page.items)
    assert {item["cluster"] for item in page.items} == {CLUSTER, None}


@pytest.mark.parametrize(
    "text", ["wells", "Brunnen", "puits", '"Pegel der Brunnen"', "levels puits"]
)
def test_a_cluster_is_found_by_what_any_of_its_records_says(engine: Engine, text: str) -> None:
    page = ask(clustered(engine), q=text)
    assert [item["cluster"] for item in page.items] == [CLUSTER]


def test_no_phrase_reaches_from_one_record_into_the_next(engine: Engine) -> None:
    service = clustered(engine)
    assert ask(service, q='"wells pegel"').total == 0
    assert ask(service, q='"brunnen niveaux"').total == 0


def test_a_filter_that_one_record_passes_finds_its_cluster(engine: Engine) -> None:
    service = clustered(engine, (with_files(THREE[0], "CSV"), *THREE[1:]))
    for filters in ({"source": ["regional"]}, {"format": ["CSV"]}, {"node": ["factory-node"]}):
        assert ask(service, filters=filters).total == 1, filters
    assert ask(service, filters={"source": ["nobody"]}).total == 0


def test_a_walk_meets_each_cluster_and_each_lone_record_once(engine: Engine) -> None:
    changes: list[Change] = []
    for number in range(1, 31):
        name = page_id("\0cluster", str(number))
        pair = [
            of_source(change(10 * number + place, f"Record {number} {place}"), f"s{place}", name)
            for place in range(2)
        ]
        engine.clusters[name] = pair
        changes += [*pair, change(10 * number + 5, f"Record alone {number}")]
    service = filled(engine, *changes)
    for more in ({}, {"sort": "title"}, {"q": "record"}):
        met: list[str] = []
        cursor = None
        while True:
            page = ask(service, limit=7, cursor=cursor, **more)
            met += [item["cluster"] or item["id"] for item in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert len(met) == len(set(met)) == page.total == 60


def test_members_split_apart_are_hits_of_their_own_again(engine: Engine) -> None:
    clustered(engine)
    two = [replace(one, seq=10 + place) for place, one in enumerate(THREE[:2])]
    engine.clusters[CLUSTER] = two
    left = replace(THREE[2], seq=12, cluster=None)
    service = filled(engine, *two, left)
    page = ask(service)
    assert page.total == 3
    (one,) = [item for item in page.items if item["cluster"]]
    assert len(one["sources"]) == 2
    del engine.clusters[CLUSTER]
    service = filled(engine, *(replace(one, seq=20 + one.seq, cluster=None) for one in two))
    page = ask(service)
    assert page.total == 4
    assert {item["cluster"] for item in page.items} == {None}


def test_a_record_that_is_gone_leaves_its_cluster(engine: Engine) -> None:
    clustered(engine)
    gone = replace(THREE[2], seq=10, graph=None, cluster=None)
    two = [replace(one, seq=11 + place) for place, one in enumerate(THREE[:2])]
    engine.clusters[CLUSTER] = two
    page = ask(filled(engine, gone, *two), facets=["source"])
    assert page.total == 2
    assert "factory" not in {told["value"] for told in page.facets["source"]}


def test_scores_are_explained_for_the_hit_of_a_cluster(engine: Engine) -> None:
    (item,) = ask(clustered(engine), q="wells", explain=True).items
    assert item["explain"]


def test_size_and_proof_are_of_records_and_miss_no_cluster(engine: Engine) -> None:
    clustered(engine)
    projection = engine.projection()
    assert projection.size() == 4
    assert projection.differences(lambda: iter([*THREE, ALONE])) == []
    lost = replace(ALONE, cluster=page_id("\0cluster", "lost"))
    assert projection.differences(lambda: iter([*THREE, lost])) == [
        f"cluster {lost.cluster} is not in the index"
    ]


def test_made_anew_it_is_the_same(engine: Engine) -> None:
    before = ask(clustered(engine), facets=["source"])
    projection = engine.projection()
    projection.rebuild(lambda: iter([*THREE, ALONE]), 4)
    after = ask(SearchService(engine.reader()), facets=["source"])
    assert after == before
