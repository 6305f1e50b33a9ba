"""What every journal promises of pushes, keys and review."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import (
    AnotherBody,
    Conflict,
    InvalidInput,
    LinesMissing,
    NotFound,
    Unauthenticated,
)
from catalogue.model import (
    UNBEGUN,
    Intake,
    Lease,
    Node,
    Outcome,
    Page,
    RunKind,
    RunState,
    Source,
    Turn,
    chained,
)
from catalogue.ports import Ending, Piece
from tests.contract.test_journal import entry

LINES = "application/x-ndjson"
HOUR = 3600 * 1_000_000
BEGAN = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)


class Clock:
    """Microseconds since 1970, as a test sets them."""

    now = BEGAN

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[SqlJournal]:
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    opened = SqlJournal(SqlStore(engine_of(url), clock))
    for node in ("n", "m"):
        opened.add_node(Node(node, f"Node {node} (fictional)", "DE"))
    opened.add_source(Source("s", "n", "push", None))
    opened.add_source(Source("other", "m", "push", None))
    opened.add_source(Source("seen", "n", "push", None, {"review": "1"}))
    yield opened
    opened.close()


def piece(first: int, *lines: bytes, before: bytes | None = UNBEGUN) -> Piece:
    return Piece(first, [one + b"\n" for one in lines], [_hash(one) for one in lines], before)


def _hash(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()


def digest(*lines: bytes) -> bytes:
    return chained(UNBEGUN, [_hash(one) for one in lines])


def begun(journal: SqlJournal, key: str | None = "K", *, whole: bool = False) -> Intake:
    return journal.pushes.begin("s", media_type=LINES, key=key, whole=whole)


def claimed(journal: SqlJournal) -> Lease | None:
    return journal.runs.claim("tester", seconds=60)


def carried_out(journal: SqlJournal, lease: Lease, number: int) -> None:
    page = Page(str(number), "push", LINES, b"")
    journal.turn(lease, Turn(page))


# --- parts -------------------------------------------------------------------------------------------


def test_parts_come_back_as_they_were_stored_until_they_are_carried_out(
    journal: SqlJournal,
) -> None:
    intake = begun(journal)
    journal.pushes.store(intake, piece(0, b"a", b"b"))
    journal.pushes.store(intake, piece(2, b"c", before=digest(b"a", b"b")))
    first = journal.pushes.part(intake.run)
    assert first is not None
    assert (first.number, first.body, first.following) == (0, b"a\nb\n", 2)
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 0)
    second = journal.pushes.part(intake.run)
    assert second is not None
    assert (second.number, second.body) == (2, b"c\n")
    assert journal.pushes.part(intake.run, 0) is None


def test_the_last_part_of_a_closed_push_has_nothing_behind_it(journal: SqlJournal) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a"))
    journal.pushes.close(intake, 1, intake.digest)
    part = journal.pushes.part(intake.run)
    assert part is not None
    assert part.following is None


def test_the_same_key_is_the_same_push_and_lines_that_came_are_passed_over(
    journal: SqlJournal,
) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a", b"b"))
    again = begun(journal)
    assert (again.id, again.run, again.lines) == (intake.id, intake.run, 2)
    longer = journal.pushes.store(again, piece(0, b"a", b"b", b"c"))
    assert (longer.lines, longer.digest) == (3, digest(b"a", b"b", b"c"))
    parts = [journal.pushes.part(intake.run, number) for number in (0, 2)]
    assert [part.body if part else None for part in parts] == [b"a\nb\n", b"c\n"]


def test_another_body_under_the_same_key_is_refused_and_changes_nothing(
    journal: SqlJournal,
) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a", b"b"))
    with pytest.raises(AnotherBody):
        journal.pushes.store(intake, piece(0, b"a", b"X", b"c"))
    with pytest.raises(AnotherBody):
        journal.pushes.close(intake, 1, digest(b"a"))
    closed = journal.pushes.close(intake, 2, digest(b"a", b"b"))
    assert not closed.open
    with pytest.raises(AnotherBody):
        journal.pushes.store(closed, piece(0, b"a", b"b", b"c"))
    with pytest.raises(AnotherBody):
        journal.pushes.begin("s", media_type="text/turtle", key="K")
    assert begun(journal).lines == 2


def test_a_push_cannot_go_on_behind_lines_that_never_came(journal: SqlJournal) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a"))
    with pytest.raises(LinesMissing) as refused:
        journal.pushes.store(intake, piece(2, b"c", before=None), further=True)
    assert refused.value.accepted_lines == 1


def test_whoever_says_where_it_goes_on_need_not_send_the_beginning_again(
    journal: SqlJournal,
) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a", b"b"))
    longer = journal.pushes.store(intake, piece(1, b"b", b"c", before=None), further=True)
    assert (longer.lines, longer.digest) == (3, digest(b"a", b"b", b"c"))


# --- the run that takes them in ----------------------------------------------------------------------


def test_a_run_whose_push_is_not_at_its_end_waits_for_more(journal: SqlJournal) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a"))
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 0)
    assert journal.runs.end(lease, Ending(RunState.DONE)).state is RunState.QUEUED
    assert claimed(journal) is None
    intake = journal.pushes.store(intake, piece(1, b"b", before=digest(b"a")))
    lease = claimed(journal)
    assert lease is not None
    journal.pushes.close(intake, 2, intake.digest)
    assert journal.runs.end(lease, Ending(RunState.DONE)).state is RunState.QUEUED, "a part is left"
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 1)
    assert journal.runs.end(lease, Ending(RunState.DONE)).state is RunState.DONE


def test_an_ending_that_was_decided_before_the_end_came_does_not_count(
    journal: SqlJournal,
) -> None:
    """Else a whole feed would end as one of which nothing may be missing."""
    intake = journal.pushes.store(begun(journal, whole=True), piece(0, b"a"))
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 0)
    ending = Ending(RunState.DONE, open=True)
    journal.pushes.close(intake, 1, intake.digest)
    assert journal.runs.end(lease, ending).state is RunState.QUEUED
    assert claimed(journal) is not None


def test_a_push_that_was_cut_is_carried_out_after_an_hour_and_can_still_be_gone_on_with(
    journal: SqlJournal, clock: Clock
) -> None:
    intake = journal.pushes.store(begun(journal, whole=True), piece(0, b"a"))
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 0)
    journal.runs.end(lease, Ending(RunState.DONE))
    assert claimed(journal) is None
    clock.now += HOUR + 1
    standing = journal.pushes.of_run(intake.run)
    assert standing is not None
    assert standing.cut
    lease = claimed(journal)
    assert lease is not None
    assert journal.runs.end(lease, Ending(RunState.PARTIAL, "cut")).state is RunState.PARTIAL
    further = journal.pushes.store(intake, piece(1, b"b", before=digest(b"a")))
    assert further.run != intake.run
    assert not further.whole, "what follows a cut is never the whole feed"
    assert journal.runs.run(further.run).state is RunState.QUEUED


def test_pushes_of_a_source_are_carried_out_in_their_order(
    journal: SqlJournal, clock: Clock
) -> None:
    first, second = begun(journal, "1"), begun(journal, "2")
    second = journal.pushes.store(second, piece(0, b"x"))
    journal.pushes.close(second, 1, second.digest)
    assert claimed(journal) is None, "the first one comes first, and has nothing yet"
    journal.pushes.store(first, piece(0, b"a"))
    lease = claimed(journal)
    assert lease is not None
    assert lease.run == first.run
    carried_out(journal, lease, 0)
    journal.runs.end(lease, Ending(RunState.DONE))
    clock.now += HOUR // 30
    lease = claimed(journal)
    assert lease is not None
    assert lease.run == first.run, "cut off, and another one waits behind it: not for an hour"
    journal.runs.end(lease, Ending(RunState.PARTIAL))
    lease = claimed(journal)
    assert lease is not None
    assert lease.run == second.run


def test_a_document_waits_for_its_end_and_is_read_as_one(journal: SqlJournal) -> None:
    intake = journal.pushes.begin("s", media_type="text/turtle", key="K")
    blocks = Piece(0, [b"one", b"two"], [_hash(b"one"), _hash(b"two")], UNBEGUN)
    intake = journal.pushes.store(intake, blocks)
    assert claimed(journal) is None
    journal.pushes.close(intake, 2, intake.digest)
    assert claimed(journal) is not None
    whole = journal.pushes.document(intake.run)
    assert whole is not None
    assert whole.body == b"onetwo"


def test_nothing_more_is_taken_for_a_push_that_was_cancelled(journal: SqlJournal) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a"))
    journal.runs.cancel(intake.run, "tester")
    with pytest.raises(Conflict):
        journal.pushes.store(intake, piece(1, b"b", before=digest(b"a")))


def test_keys_of_pushes_are_forgotten_after_a_week_and_not_before(
    journal: SqlJournal, clock: Clock
) -> None:
    intake = journal.pushes.store(begun(journal), piece(0, b"a"))
    journal.pushes.close(intake, 1, intake.digest)
    lease = claimed(journal)
    assert lease is not None
    carried_out(journal, lease, 0)
    journal.runs.end(lease, Ending(RunState.DONE))
    clock.now += 7 * 24 * HOUR - 1
    journal.runs.sweep()
    assert begun(journal).run == intake.run
    clock.now += 2
    journal.runs.sweep()
    assert begun(journal).run != intake.run


# --- one record --------------------------------------------------------------------------------------

BODY = Page("record:a", "the body", "text/turtle", b"bytes")


def test_one_record_is_stored_with_a_run_that_has_ended(journal: SqlJournal) -> None:
    put = journal.put("s", entry("a", raw=None), "key:k", BODY)
    assert (put.outcome, put.run.state, put.run.kind) == (
        Outcome.CREATED,
        RunState.DONE,
        RunKind.RECORD,
    )
    assert (put.run.asked_by, put.run.counts.created) == ("key:k", 1)
    again = journal.put("s", entry("a", raw=None), "key:k", BODY)
    assert again.outcome is Outcome.UNCHANGED
    assert journal.last_seq() == 1
    assert journal.raw(journal.live()[0].record.page_id) == (b"bytes", "text/turtle")


def test_a_subject_has_one_key_in_a_source(journal: SqlJournal) -> None:
    journal.put("s", entry("a"), "key:k", BODY)
    runs = journal.runs.count()
    with pytest.raises(Conflict, match="'a'"):
        journal.put("s", entry("b", iri="http://portal.example/a"), "key:k", BODY)
    assert journal.runs.count() == runs, "nothing is left of what was refused"
    put = journal.put("other", entry("b", iri="http://portal.example/a"), "key:k", BODY)
    assert put.outcome is Outcome.CREATED


def test_a_withdrawn_record_is_gone_at_once_and_comes_back_under_its_page_id(
    journal: SqlJournal,
) -> None:
    journal.put("s", entry("a"), "key:k", BODY)
    page_id = journal.live()[0].record.page_id
    run = journal.withdraw("s", "a", "key:k")
    assert (run.state, run.counts.deleted) == (RunState.DONE, 1)
    assert journal.live() == []
    with pytest.raises(NotFound):
        journal.withdraw("s", "a", "key:k")
    assert journal.put("s", entry("a"), "key:k", BODY).outcome is Outcome.CREATED
    assert journal.live()[0].record.page_id == page_id


# --- review ------------------------------------------------------------------------------------------


def test_versions_wait_until_a_steward_releases_them(journal: SqlJournal) -> None:
    for key in ("a", "b", "c"):
        assert journal.put("seen", entry(key), "key:k", BODY).waiting
    assert journal.live() == []
    assert [(one.key, one.new) for one in journal.waiting("seen")] == [
        ("a", True),
        ("b", True),
        ("c", True),
    ]
    assert journal.release("seen", ["a"], "steward") == {"a": Outcome.CREATED}
    assert [one.record.key for one in journal.live()] == ["a"]
    assert journal.turn_down("seen", ["b"], "steward") == 1
    assert journal.release("seen", None, "steward") == {"c": Outcome.CREATED}
    assert journal.waiting("seen") == []
    assert journal.raw(journal.live()[0].record.page_id)[0] == entry("a").raw
    acts = [(one.who, one.act) for one in journal.audit.entries() if one.act.startswith("review")]
    assert acts == [
        ("steward", "review.approve"),
        ("steward", "review.reject"),
        ("steward", "review.approve"),
    ]


def test_the_public_version_stays_while_a_new_one_waits(journal: SqlJournal) -> None:
    journal.put("seen", entry("a"), "key:k", BODY)
    journal.release("seen", None, "steward")
    journal.put("seen", entry("a", "two"), "key:k", BODY)
    assert [one.graph for one in journal.live()] == [entry("a").graph]
    assert [(one.key, one.new) for one in journal.waiting("seen")] == [("a", False)]
    journal.release("seen", ["a"], "steward")
    assert [one.graph for one in journal.live()] == [entry("a", "two").graph]


def test_a_version_that_its_node_has_taken_back_does_not_wait_any_more(
    journal: SqlJournal,
) -> None:
    journal.put("seen", entry("a"), "key:k", BODY)
    journal.release("seen", None, "steward")
    journal.put("seen", entry("a", "two"), "key:k", BODY)
    assert journal.put("seen", entry("a"), "key:k", BODY).outcome is Outcome.UNCHANGED
    assert journal.waiting("seen") == []
    journal.put("seen", entry("b"), "key:k", BODY)
    journal.withdraw("seen", "b", "key:k")
    assert journal.waiting("seen") == []


def test_what_does_not_wait_cannot_be_decided_on(journal: SqlJournal) -> None:
    journal.put("seen", entry("a"), "key:k", BODY)
    for decide in (journal.release, journal.turn_down):
        with pytest.raises(NotFound, match="'b'"):
            decide("seen", ["a", "b"], "steward")
    assert len(journal.waiting("seen")) == 1


# --- keys --------------------------------------------------------------------------------------------


def test_a_key_opens_its_node_and_its_secret_is_kept_nowhere(journal: SqlJournal) -> None:
    made = journal.keys.create("n", "operator")
    key = journal.keys.check(made.token)
    assert (key.id, key.node, key.scope, key.sources) == (made.key.id, "n", ("push",), ())
    assert key.reaches(journal.source("s"))
    assert not key.reaches(journal.source("other"))
    secret = made.token.split("_", 2)[2].encode()
    told = repr([dict(one.details) for one in journal.audit.entries()]).encode()
    assert secret not in told
    file = journal._store.engine.url.database
    assert file is not None
    stored = b"".join(one.read_bytes() for one in Path(file).parent.iterdir())
    assert secret not in stored


@pytest.mark.parametrize("damage", ["", "x", "aicat_", "aicat__", "other_{id}_{secret}", "{id}"])
def test_what_is_no_key_opens_nothing(journal: SqlJournal, damage: str) -> None:
    made = journal.keys.create("n", "operator")
    _mark, key_id, secret = made.token.split("_", 2)
    with pytest.raises(Unauthenticated):
        journal.keys.check(damage.format(id=key_id, secret=secret))
    with pytest.raises(Unauthenticated) as refused:
        journal.keys.check(f"aicat_{key_id}_{secret[:-1]}")
    assert refused.value.key == key_id


def test_a_key_is_good_until_it_is_out_of_date_or_revoked(
    journal: SqlJournal, clock: Clock
) -> None:
    short = journal.keys.create("n", "operator", days=1)
    long = journal.keys.create("n", "operator")
    clock.now += 24 * HOUR - 1
    journal.keys.check(short.token)
    clock.now += 1
    with pytest.raises(Unauthenticated, match="out of date"):
        journal.keys.check(short.token)
    journal.keys.revoke(long.key.id, "operator")
    with pytest.raises(Unauthenticated, match="revoked"):
        journal.keys.check(long.token)
    with pytest.raises(Conflict):
        journal.keys.revoke(long.key.id, "operator")


def test_two_keys_of_one_reach_are_valid_at_once_and_a_third_revokes_the_oldest(
    journal: SqlJournal, clock: Clock
) -> None:
    made = []
    for _one in range(3):
        made.append(journal.keys.create("n", "operator"))
        clock.now += 1
    apart = journal.keys.create("n", "operator", sources=["s"])
    assert [one.revoked for one in made] == [(), (), (made[0].key.id,)]
    assert apart.revoked == ()
    with pytest.raises(Unauthenticated):
        journal.keys.check(made[0].token)
    for one in (*made[1:], apart):
        journal.keys.check(one.token)
    acts = [(one.act, one.subject) for one in journal.audit.entries() if "key" in one.act]
    assert ("key.revoke", made[0].key.id) in acts


def test_the_last_use_is_known_to_the_minute(journal: SqlJournal, clock: Clock) -> None:
    made = journal.keys.create("n", "operator")

    def used() -> datetime | None:
        return journal.keys.of("n")[0].last_used

    assert used() is None
    journal.keys.check(made.token)
    first = used()
    assert first == datetime(2026, 1, 1, tzinfo=UTC)
    clock.now += 59 * 1_000_000
    journal.keys.check(made.token)
    assert used() == first
    clock.now += 2 * 1_000_000
    journal.keys.check(made.token)
    assert used() == first + timedelta(seconds=61)


def test_a_key_is_made_for_sources_of_its_own_node_only(journal: SqlJournal) -> None:
    with pytest.raises(InvalidInput, match="'other'"):
        journal.keys.create("n", "operator", sources=["s", "other"])
    with pytest.raises(NotFound):
        journal.keys.create("n", "operator", sources=["nothing"])
    with pytest.raises(NotFound):
        journal.keys.create("nobody", "operator")
    assert journal.keys.of("n") == []
