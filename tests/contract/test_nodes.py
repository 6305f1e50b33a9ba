"""What members of the federation say of their records' treatment, on either kind of database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.stepping import upgrade
from catalogue.errors import NotFound
from catalogue.model import Node, Source, page_id
from tests.contract.test_upkeep import entry, run
from tests.postgres import create

_NUMBER = itertools.count(1)
OPTIONS = {"contacts": "roles-only", "profiles": "+dcat-ap-hvd"}


@pytest.fixture
def journal(database: str) -> Iterator[SqlJournal]:
    """Two nodes, of which one has a source that leaves all to it and one that does not."""
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    opened.add_node(Node("m", "Node M (fictional)", "FI", options=OPTIONS))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/"))
    opened.add_source(Source("own", "n", "push", None, {"contacts": "keep"}))
    opened.add_source(Source("m", "m", "push", None))
    yield opened
    opened.close()


def edit(journal: SqlJournal, node: str = "n", **changed: object) -> None:
    journal.edit_node(replace(journal.node(node), **changed), "tester")  # type: ignore[arg-type]


def acts(journal: SqlJournal, act: str = "node.edit") -> list[tuple[str, str, dict[str, object]]]:
    told = journal.audit.entries(limit=1000)
    return [(one.who, one.subject, dict(one.details)) for one in told if one.act == act]


def has_bytes(journal: SqlJournal, source: str) -> bool:
    try:
        return bool(journal.raw(page_id(source, "a")))
    except NotFound:
        return False


def test_a_node_keeps_what_it_was_added_and_edited_with(journal: SqlJournal) -> None:
    assert journal.node("m").options == OPTIONS
    assert journal.node("n").options == {}
    told = Node("n", "N (fictional)", "EU", "hub", "https://n.example/", {"profiles": "mine"})
    journal.edit_node(told, "tester")
    assert journal.node("n") == told
    assert journal.nodes() == [journal.node("m"), told]
    edit(journal, "m", options={})
    assert journal.node("m") == Node("m", "Node M (fictional)", "FI")
    assert journal.check() == []


def test_the_audit_log_tells_who_changed_what_of_a_node(journal: SqlJournal) -> None:
    edit(journal, options=OPTIONS, kind="hub")
    edit(journal, options=OPTIONS)
    edit(journal, options={}, homepage="https://n.example/")
    assert acts(journal) == [
        ("tester", "n", {"kind": "hub", "options": OPTIONS}),
        ("tester", "n", {"options": {}, "homepage": "https://n.example/"}),
    ]
    assert [told["options"] for _who, _id, told in acts(journal, "node.add")] == [{}, OPTIONS]


def test_a_node_that_is_none_cannot_be_edited(journal: SqlJournal) -> None:
    with pytest.raises(NotFound, match="aicat node list"):
        journal.edit_node(Node("nobody", "Nobody (fictional)", "DE"), "tester")
    assert acts(journal) == []
    assert len(journal.nodes()) == 2


def test_another_country_is_followed_by_the_nodes_records_and_nothing_else_is(
    journal: SqlJournal,
) -> None:
    for source in ("s", "own", "m"):
        run(journal, entry("a"), source=source)
    last = journal.last_seq()
    edit(journal, name="Another name (fictional)", options=OPTIONS, kind="hub")
    assert journal.last_seq() == last
    edit(journal, country="FR")
    again = journal.changes(last, 10)
    assert sorted(one.record.source for one in again) == ["own", "s"]
    assert journal.check() == []


def test_bytes_as_received_are_kept_as_the_source_says_else_its_node(journal: SqlJournal) -> None:
    edit(journal, options={"contacts": "drop"})
    for source in ("s", "own", "m"):
        run(journal, entry("a"), source=source)
    assert [has_bytes(journal, one) for one in ("s", "own", "m")] == [False, True, False]


def test_a_node_that_drops_contacts_reaches_the_bytes_that_are_kept_already(
    journal: SqlJournal,
) -> None:
    edit(journal, "m", options={})
    for source in ("s", "own", "m"):
        run(journal, entry("a"), source=source)
    journal.upkeep.tidy()
    assert all(has_bytes(journal, one) for one in ("s", "own", "m"))
    edit(journal, options={"contacts": "drop"})
    journal.upkeep.tidy()
    assert [has_bytes(journal, one) for one in ("s", "own", "m")] == [False, True, True]
    assert journal.check() == []


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.scaleout)])
def before(request: pytest.FixtureRequest, tmp_path: object) -> str:
    """A database of the version before nodes had options, with a node."""
    url = f"sqlite:///{tmp_path}/before.sqlite"
    if request.param == "postgresql":
        url = create(request.getfixturevalue("postgres_server"), f"nodes{next(_NUMBER)}")
    engine = engine_of(url)
    upgrade(engine, "0012")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(
            text(
                "INSERT INTO node (id, name, country, kind, homepage)"
                " VALUES ('n', 'Node N (fictional)', 'DE', 'hub', 'https://n.example/')"
            )
        )
    engine.dispose()
    return url


def test_nodes_of_the_version_before_are_kept_and_have_no_options(before: str) -> None:
    assert [one[:4] for one in migrate(before)] == ["0013"]
    with closing(SqlJournal.open(before)) as opened:
        node = Node("n", "Node N (fictional)", "DE", "hub", "https://n.example/")
        assert opened.nodes() == [node]
        opened.edit_node(replace(node, options=OPTIONS), "tester")
        assert opened.node("n").options == OPTIONS
