"""What every journal tells of how records and runs stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.errors import NotFound
from catalogue.model import (
    Entry,
    Finding,
    Node,
    Outcome,
    Page,
    Run,
    RunKind,
    RunState,
    Severity,
    Source,
    Standing,
    Tally,
    Withdrawal,
    content_hash,
    raw_hash,
)
from catalogue.ports import Ending, Journal


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    for name in ("s", "other"):
        opened.add_source(Source(name, "n", "dcat", f"http://portal.example/{name}"))
    yield opened
    opened.close()


def entry(key: str, text: str = "one", *, own: bool = True) -> Entry:
    graph = f'<http://portal.example/{key}> <http://purl.org/dc/terms/title> "{text}" .\n'.encode()
    return Entry(
        key=key,
        iri=f"http://portal.example/{key}",
        type="dataset",
        raw_hash=raw_hash(graph),
        graph=graph,
        content_hash=content_hash(graph),
        raw=graph if own else None,
    )


def unusable(key: str) -> Entry:
    fault = Finding("rdf.syntax", Severity.VIOLATION, "It cannot be read.", key=key)
    return Entry(key, "", "dataset", b"", findings=(fault,), failed=Outcome.QUARANTINED)


def run(
    journal: Journal,
    entries: Sequence[Entry] = (),
    *,
    page: Page | None = None,
    source: str = "s",
    state: RunState = RunState.DONE,
    missing: Sequence[str] = (),
    how: Withdrawal = Withdrawal.DELETE,
    grace: int = 2,
    incremental: bool = False,
) -> Run:
    queued = journal.runs.queue(source)
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    journal.runs.note(lease, incremental=incremental)
    if entries:
        journal.append(lease, entries, page=page)
    ending = Ending(
        state,
        missing=tuple(missing),
        how=how,
        grace=grace,
        held=state is RunState.HELD,
        complete=state in {RunState.DONE, RunState.HELD} and not incremental,
    )
    return journal.runs.end(lease, ending)


def test_a_missing_record_tells_since_when_until_it_is_listed_again(journal: Journal) -> None:
    run(journal, [entry("a"), entry("b")])
    page_id = journal.page_ids("s", ["a"])["a"]
    assert journal.record(page_id).missing_since is None
    first = run(journal, [entry("b")], missing=["a"])
    since = journal.record(page_id).missing_since
    assert since is not None
    assert since == journal.current(page_id).record.missing_since
    run(journal, [entry("b")], missing=["a"])
    assert journal.record(page_id).missing_since == since  # of the first run, not of the last
    assert first.ended is not None
    assert since <= first.ended
    assert [one.key for one in journal.missing("s")] == ["a"]
    assert journal.standing(["s", "other"]) == {"s": Standing(missing=1), "other": Standing()}
    run(journal, [entry("a", "two"), entry("b")])
    assert journal.record(page_id).missing_since is None
    assert journal.missing("s") == []


def test_an_archived_record_is_live_nowhere_and_still_has_its_page(journal: Journal) -> None:
    run(journal, [entry("a"), entry("b")])
    run(journal, [entry("b")], missing=["a"], how=Withdrawal.ARCHIVE, grace=0)
    page_id = journal.page_ids("s", ["a"])["a"]
    change = journal.current(page_id)
    assert (change.deleted, change.withdrawn, change.record.archived) == (False, True, True)
    assert change.record.missing_since is not None
    assert [one.record.key for one in journal.live()] == ["b"]
    assert journal.record_by_iri("http://portal.example/a") == []
    assert journal.live_by_iri(["http://portal.example/a"]) == {}
    assert (journal.counts()["records"], journal.counts()["archived"]) == (1, 1)
    assert journal.standing(["s"])["s"] == Standing(archived=1)
    assert [(one.key, one.archived) for one in journal.missing("s")] == [("a", True)]


def test_the_deletions_that_a_held_run_proposes_come_in_pages_and_in_number(
    journal: Journal,
) -> None:
    keys = ["a", "b", "c", "d"]
    run(journal, [entry(one) for one in keys])
    held = run(journal, state=RunState.HELD, missing=keys)
    assert held.proposed == 4
    first = journal.runs.proposals(held.id, limit=3)
    rest = journal.runs.proposals(held.id, after=first[-1].key, limit=3)
    assert [one.key for one in [*first, *rest]] == keys
    assert all(one.missing_since for one in first)
    # One comes back by a run that is not complete: only the others still wait.
    run(journal, [entry("b", "again")], state=RunState.PARTIAL)
    assert journal.runs.run(held.id).proposed == 3
    assert journal.runs.withdrawn(held.id) == []
    journal.runs.approve(held.id, "tester")
    assert [one.key for one in journal.runs.withdrawn(held.id)] == ["a", "c", "d"]
    assert [one.key for one in journal.runs.withdrawn(held.id, after="a", limit=1)] == ["c"]
    acts = journal.audit.entries(subject=held.id)
    assert [(one.act, one.details["withdrawn"]) for one in acts] == [("run.approve", 3)]


def test_runs_are_found_by_state_kind_and_source(journal: Journal) -> None:
    done = run(journal, [entry("a")])
    failed = run(journal, state=RunState.FAILED)
    other = run(journal, source="other")
    push = journal.runs.queue("other", kind=RunKind.PUSH)
    runs = journal.runs

    def found(**asked: object) -> list[str]:
        ids = [one.id for one in runs.recent(**asked)]  # type: ignore[arg-type]
        asked.pop("limit", None)
        assert runs.count(**asked) >= len(ids)  # type: ignore[arg-type]
        return ids

    assert found(states=["failed"]) == [failed.id]
    assert found(states=["done", "queued"]) == [push.id, other.id, done.id]
    assert found(kinds=["push"]) == [push.id]
    assert found(sources=["s"], states=["done"]) == [done.id]
    assert found(states=["done"], limit=1) == [other.id]
    assert runs.count(states=["done"]) == 2
    assert runs.count(["s"], states=["held"]) == 0
    assert runs.last_done() == {"s": done.ended, "other": other.ended}


def test_what_could_not_be_used_is_listed_until_the_key_is_good_again(journal: Journal) -> None:
    run(journal, [entry("a"), unusable("b"), unusable("c")])
    found = journal.quarantined("s")
    assert [(one.key, one.page_id) for one in found] == [("b", None), ("c", None)]
    assert found[0].findings[0].rule == "rdf.syntax"
    assert [one.key for one in journal.quarantined("s", after="b")] == ["c"]
    assert journal.standing(["s"])["s"] == Standing(quarantined=2)
    # A run that read a part only tells nothing of the rest; one that read all of it does.
    run(journal, [entry("b")], state=RunState.PARTIAL)
    assert [one.key for one in journal.quarantined("s")] == ["c"]
    run(journal, [entry("x")], incremental=True)
    assert [one.key for one in journal.quarantined("s")] == ["c"]
    run(journal, [entry("a"), entry("b"), entry("x")])
    assert journal.quarantined("s") == []
    assert journal.standing(["s"])["s"] == Standing()


def test_a_bad_version_of_a_good_record_names_its_page(journal: Journal) -> None:
    run(journal, [entry("a")])
    run(journal, [unusable("a")])
    assert [one.page_id for one in journal.quarantined("s")] == [journal.page_ids("s", ["a"])["a"]]


def test_bytes_of_a_page_with_several_records_are_known_to_be_shared(journal: Journal) -> None:
    page = Page("1", "http://portal.example/s", "text/turtle", b"# a page")
    run(journal, [entry("a", own=False), entry("b", own=False), entry("c")], page=page)
    pages = journal.page_ids("s", ["a", "b", "c", "d"])
    assert set(pages) == {"a", "b", "c"}
    assert {key: journal.shares_raw(one) for key, one in pages.items()} == {
        "a": True,
        "b": True,
        "c": False,
    }
    with pytest.raises(NotFound):
        journal.shares_raw("aaaaaaaaaaaaa")


def test_few_missing_records_are_found_without_reading_all(tmp_path: Path) -> None:
    """A source may have a million; its page tells how many are missing or archived, and which."""
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    journal = SqlJournal.open(url)
    store, asked = journal._store, list[tuple[str, Any]]()

    def note(_on: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "FROM record" in statement and "archived" in statement:
            asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    journal.standing(["s"])
    journal.missing("s")
    event.remove(store.engine, "before_cursor_execute", note)
    assert len(asked) == 3
    with store.reading() as connection:
        for statement, values in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            assert "record_not_listed" in str(plan), statement
    journal.close()


def test_live_records_are_told_in_numbers_by_source_and_type(journal: Journal) -> None:
    run(journal, [entry("a"), entry("b"), entry("c"), replace(entry("m"), type="model")])
    run(journal, [entry("x")], source="other")
    run(journal, [entry("b"), entry("m")], missing=["c"], grace=0)
    run(journal, [entry("b"), entry("m")], missing=["a"], how=Withdrawal.ARCHIVE, grace=0)
    assert journal.tallies() == [
        Tally("other", "dataset", "public", 1),
        Tally("s", "dataset", "public", 1),
        Tally("s", "model", "public", 1),
    ]
