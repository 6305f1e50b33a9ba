"""What is promised of clusters, on every database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, or_, select

from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.tables_clusters import block, member, pair, recent
from catalogue.errors import InvalidInput, NotFound, Overtaken
from catalogue.model import Entry, Node, RunState, Source, content_hash, page_id, raw_hash
from catalogue.ports import Decision, Ending, Journal

DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
TEXT = "Counts of bicycles by the hour at forty places of the region, by direction and by weather"


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    for name in ("one", "two", "three"):
        opened.add_source(Source(name, "n", "dcat", f"http://{name}.example/"))
    opened.add_source(Source("hidden", "n", "dcat", "http://h.example/", visibility="members"))
    yield opened
    opened.close()


def entry(
    source: str, key: str, title: str, page: str = "http://origin.example/bicycles/7"
) -> Entry:
    iri = f"http://{source}.example/{key}"
    lines = [
        f'<{iri}> <{DCT}description> "{TEXT}" .',
        f'<{iri}> <{DCT}title> "{title}" .',
        f"<{iri}> <{DCAT}landingPage> <{page}> .",
    ]
    graph = "".join(f"{line}\n" for line in lines).encode()
    return Entry(key, iri, "dataset", raw_hash(graph), graph, content_hash(graph), graph)


def run(journal: Journal, source: str, *entries: Entry) -> None:
    queued = journal.runs.queue(source)
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    journal.append(lease, entries)
    journal.runs.end(lease, Ending(RunState.DONE))


def followed(journal: Journal, at_once: int = 100) -> None:
    while journal.clusters.follow(at_once):
        pass


def clusters(journal: Journal) -> list[tuple[str, ...]]:
    return sorted(one.members for one in journal.clusters.clusters())


def ids(*of: tuple[str, str]) -> tuple[str, ...]:
    return tuple(sorted(page_id(source, key) for source, key in of))


TITLE = "Bicycles counted in the region by the hour"
ALL = (("one", "a"), ("two", "b"), ("three", "c"))


def three(journal: Journal) -> None:
    for source, key in ALL:
        run(journal, source, entry(source, key, TITLE))


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_one_dataset_of_three_portals_is_one_cluster_that_each_change_tells(
    journal: Journal, at_once: int
) -> None:
    three(journal)
    followed(journal, at_once)
    assert clusters(journal) == [ids(*ALL)]
    found = journal.clusters.clusters()[0].id
    assert len(found) == 13
    for one in ids(*ALL):
        assert journal.current(one).cluster == found
    assert {change.cluster for change in journal.live()} == {found}
    assert {change.cluster for change in journal.changes(0, 100)} == {found}


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_a_source_that_lists_others_over_and_over_keeps_nobody_from_being_found(
    journal: Journal, at_once: int
) -> None:
    run(journal, "one", entry("one", "a", TITLE))
    run(journal, "two", *(entry("two", f"copy{number}", TITLE) for number in range(60)))
    run(journal, "three", entry("three", "c", TITLE))
    followed(journal, at_once)
    found = journal.clusters.cluster_of(page_id("three", "c"))
    assert found is not None
    assert page_id("one", "a") in found.members


def test_projections_follow_records_whose_cluster_changes(journal: Journal) -> None:
    three(journal)
    before = journal.last_seq()
    followed(journal)
    touched = {change.record.page_id for change in journal.changes(before, 100)}
    assert touched == set(ids(*ALL))
    at = journal.last_seq()
    followed(journal)
    assert journal.last_seq() == at


def test_pairs_tell_why_they_are_together(journal: Journal) -> None:
    three(journal)
    followed(journal)
    found = journal.clusters.cluster_of(page_id("one", "a"))
    assert found is not None
    assert len(found.pairs) == 3
    for one in found.pairs:
        assert one.together
        assert 0.85 <= one.points <= 1
        told = {reason.rule: reason for reason in one.reasons}
        assert told["same-page"].value == "origin.example/bicycles/7"
        assert {"same-title", "same-text"} <= set(told)


def test_records_of_another_year_stay_apart(journal: Journal) -> None:
    run(journal, "one", entry("one", "a", f"{TITLE} 2021"))
    run(journal, "two", entry("two", "b", f"{TITLE} 2022"))
    followed(journal)
    assert clusters(journal) == []
    told = journal.clusters.pair(*ids(("one", "a"), ("two", "b")))
    assert (told.points, told.reasons[0].rule, told.reasons[0].weight) == (0, "other-number", 0)


def test_what_is_not_public_is_compared_with_nothing(journal: Journal) -> None:
    run(journal, "one", entry("one", "a", TITLE))
    run(journal, "hidden", entry("hidden", "b", TITLE))
    followed(journal)
    assert clusters(journal) == []
    with pytest.raises(NotFound):
        journal.clusters.pair(*ids(("one", "a"), ("hidden", "b")))


def test_a_record_that_is_withdrawn_leaves_its_cluster(journal: Journal) -> None:
    three(journal)
    followed(journal)
    journal.withdraw("three", "c", "tester")
    followed(journal)
    assert clusters(journal) == [ids(*ALL[:2])]
    journal.withdraw("two", "b", "tester")
    followed(journal)
    assert clusters(journal) == []
    assert journal.current(page_id("one", "a")).cluster is None


def test_those_left_in_a_cluster_are_followed_once_more_when_one_goes(journal: Journal) -> None:
    three(journal)
    followed(journal)
    journal.withdraw("three", "c", "tester")
    before = journal.last_seq()
    followed(journal)
    touched = {change.record.page_id for change in journal.changes(before, 100)}
    assert touched == set(ids(*ALL[:2])), "an index may have dropped the cluster with the record"


def test_a_record_that_changes_leaves_its_cluster(journal: Journal) -> None:
    three(journal)
    followed(journal)
    run(journal, "three", entry("three", "c", "Lighthouses of the coast", "http://o.example/9"))
    followed(journal)
    assert clusters(journal) == [ids(*ALL[:2])]


def test_a_split_holds_whatever_is_found_and_is_taken_back(journal: Journal) -> None:
    three(journal)
    followed(journal)
    a, b, c = (page_id(*one) for one in ALL)
    for other in (b, c):
        told = journal.clusters.decide(a, other, Decision.SPLIT, "steward")
        assert (told.together, told.decision, told.who) == (False, Decision.SPLIT, "steward")
    assert clusters(journal) == [tuple(sorted((b, c)))]
    run(journal, "one", entry("one", "a", TITLE.upper()))
    followed(journal)
    assert clusters(journal) == [tuple(sorted((b, c)))]
    for other in (b, c):
        journal.clusters.decide(a, other, Decision.NONE, "steward")
    assert clusters(journal) == [ids(*ALL)]
    acts = {one.act for one in journal.audit.entries()}
    assert {"cluster.split", "cluster.undo"} <= acts


def test_what_a_steward_confirms_is_together_until_it_is_taken_back(journal: Journal) -> None:
    run(journal, "one", entry("one", "a", TITLE))
    run(journal, "two", entry("two", "b", "Lighthouses of the coast", "http://o.example/9"))
    followed(journal)
    pair = ids(("one", "a"), ("two", "b"))
    assert clusters(journal) == []
    assert journal.clusters.decide(*pair, Decision.CONFIRMED, "steward").together
    run(journal, "one", entry("one", "a", TITLE.upper()))
    followed(journal)
    assert clusters(journal) == [pair]
    assert not journal.clusters.decide(*pair, Decision.NONE, "steward").together
    assert clusters(journal) == []


def test_only_two_public_records_can_be_decided_on(journal: Journal) -> None:
    three(journal)
    followed(journal)
    a = page_id("one", "a")
    with pytest.raises(InvalidInput):
        journal.clusters.decide(a, a, Decision.SPLIT, "steward")
    with pytest.raises(NotFound):
        journal.clusters.decide(a, "nothing", Decision.SPLIT, "steward")


def test_beginning_anew_gives_the_same_clusters_and_keeps_decisions(journal: Journal) -> None:
    three(journal)
    followed(journal)
    a, b, c = (page_id(*one) for one in ALL)
    for other in (b, c):
        journal.clusters.decide(a, other, Decision.SPLIT, "steward")
    before = journal.clusters.clusters()
    journal.clusters.anew()
    followed(journal)
    assert journal.clusters.clusters() == before
    assert journal.clusters.pair(a, b).decision is Decision.SPLIT


def test_what_only_looks_like_several_of_one_source_is_for_a_steward(journal: Journal) -> None:
    run(journal, "one", entry("one", "a", TITLE, "http://a.example/1"))
    copies = [entry("two", key, TITLE, f"http://b.example/{key}") for key in ("x", "y")]
    run(journal, "two", *copies)
    followed(journal)
    assert clusters(journal) == []


def erase(journal: Journal, page_id: str) -> None:
    journal.upkeep.scrub(journal.upkeep.begin_erasure([page_id], "a test", "tester"))


def held_of(database: str, page_id: str) -> list[object]:
    """All that the tables of duplicates hold of a record, without the decisions on it."""
    engine = create_engine(database)
    with engine.connect() as connection:
        found: list[object] = []
        for table in (member, block, recent):
            found += connection.execute(select(table).where(table.c.id == page_id)).all()
        of = or_(pair.c.a == page_id, pair.c.b == page_id)
        told = select(pair.c.reasons).where(of, pair.c.reasons != "[]")
        found += connection.execute(told).all()
    engine.dispose()
    return found


def test_nothing_of_an_erased_record_is_left_among_the_duplicates(
    journal: Journal, database: str
) -> None:
    three(journal)
    followed(journal)
    gone, kept, other = (page_id(*one) for one in ALL)
    journal.clusters.decide(gone, kept, Decision.CONFIRMED, "tester")
    assert len(held_of(database, gone)) > 3
    erase(journal, gone)
    assert held_of(database, gone) == []
    assert clusters(journal) == [ids(*ALL[1:])]
    assert journal.current(gone).cluster is None
    assert journal.clusters.cluster_of(gone) is None
    followed(journal)
    assert held_of(database, gone) == []
    assert clusters(journal) == [tuple(sorted((kept, other)))]


def test_the_last_but_one_record_that_is_erased_ends_its_cluster_at_once(journal: Journal) -> None:
    three(journal)
    followed(journal)
    for one in ALL[:2]:
        erase(journal, page_id(*one))
    assert clusters(journal) == []
    assert journal.current(page_id(*ALL[2])).cluster is None


def test_of_two_stewards_who_saw_the_same_the_second_is_told(journal: Journal) -> None:
    three(journal)
    followed(journal)
    pair = ids(*ALL[:2])
    first = journal.clusters.decide(*pair, Decision.SPLIT, "one", expected=0)
    assert first.version > 0
    with pytest.raises(Overtaken) as told:
        journal.clusters.decide(*pair, Decision.CONFIRMED, "two", expected=0)
    assert told.value.version == first.version
    assert journal.clusters.pair(*pair).decision is Decision.SPLIT
    journal.clusters.decide(*pair, Decision.NONE, "one", expected=first.version)
    with pytest.raises(Overtaken):
        journal.clusters.decide(*pair, Decision.CONFIRMED, "two", expected=first.version)


def test_a_record_is_taken_out_of_its_cluster_in_one_act_and_brought_back(journal: Journal) -> None:
    three(journal)
    followed(journal)
    out, *others = (page_id(*one) for one in ALL)
    told = journal.clusters.take_out(out, "steward")
    assert {(one.decision, one.together) for one in told} == {(Decision.SPLIT, False)}
    assert clusters(journal) == [tuple(sorted(others))]
    with pytest.raises(NotFound):
        journal.clusters.take_out(out, "steward")
    journal.clusters.put_back(out, "steward")
    assert clusters(journal) == [ids(*ALL)]
    with pytest.raises(NotFound):
        journal.clusters.put_back(out, "steward")
    acts = [one.act for one in journal.audit.entries()]
    assert acts.count("cluster.take-out") == acts.count("cluster.put-back") == 1


def test_the_likeliest_pairs_in_doubt_come_first_page_by_page(journal: Journal) -> None:
    run(journal, "one", entry("one", "a", TITLE, "http://a.example/1"))
    copies = [entry("two", key, TITLE, f"http://b.example/{key}") for key in ("x", "y")]
    run(journal, "two", *copies)
    run(journal, "three", entry("three", "c", f"{TITLE} and by the weather", "http://c.example/1"))
    followed(journal)
    whole = journal.clusters.to_review()
    assert len(whole) == journal.clusters.number_to_review() > 2
    assert whole == sorted(whole, key=lambda one: (-one.points, one.a, one.b))
    walked, after = [], None
    while some := journal.clusters.to_review(after, 1):
        walked += some
        after = (some[-1].points, some[-1].a, some[-1].b)
    assert walked == whole


def test_keys_that_wait_in_the_list_are_found_by_another_process(
    journal: Journal, database: str
) -> None:
    run(journal, "one", entry("one", "a", TITLE))
    assert journal.clusters.follow(100)  # and not once more: its keys wait
    other = SqlJournal.open(database)
    run(other, "two", entry("two", "b", TITLE))
    followed(other)
    assert clusters(other) == [ids(*ALL[:2])]
    other.close()
    run(journal, "three", entry("three", "c", TITLE))
    followed(journal)
    assert clusters(journal) == [ids(*ALL)]
