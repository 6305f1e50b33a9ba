"""The store of forms: what the port promises, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from catalogue.access.builtin import builtin_forms
from catalogue.access.forms import Form, form_of, told
from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.forms import SqlForms
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound
from catalogue.model import Node
from catalogue.ports import Journal

STEWARD = "person:steward"


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    for node_id in ("north", "south"):
        opened.add_node(Node(node_id, f"Node {node_id} (fictional)", "FI"))
    yield opened
    opened.close()


def document(form_id: str = "own", question: str = "own-question", **more: Any) -> dict[str, Any]:
    field = {"id": question, "type": "text", "title": "A question"}
    return {"id": form_id, "part": "purpose", "title": "Own", "fields": [field], **more}


def current(journal: Journal, form_id: str) -> Form | None:
    return next((one for one in journal.forms.current() if one.id == form_id), None)


def acts(journal: Journal, subject: str) -> list[str]:
    return [one.act for one in journal.audit.entries(subject=subject)]


def test_what_comes_with_the_catalogue_is_in_use_and_noted_once(
    journal: Journal, database: str
) -> None:
    assert [one.id for one in journal.forms.current()] == [one.id for one in builtin_forms()]
    again = SqlJournal.open(database)
    assert again.forms.current() == journal.forms.current() == builtin_forms()
    again.close()
    assert acts(journal, "health") == ["form.built-in"]
    assert all(one.built_in and one.current for one in journal.forms.listed())


def test_a_new_version_is_in_use_and_the_one_before_stays_as_it_was(journal: Journal) -> None:
    first = journal.forms.add(document(), STEWARD)
    second = journal.forms.add(document(title="Changed"), STEWARD)
    assert (first.form.version, second.form.version) == (1, 2)
    assert current(journal, "own") == second.form
    assert journal.forms.get("own", 1) == first.form
    assert [one.current for one in journal.forms.versions("own")] == [True, False]
    assert acts(journal, "own") == ["form.add", "form.add"]
    assert (second.by, second.built_in) == (STEWARD, False)


def test_the_same_content_again_changes_nothing(journal: Journal) -> None:
    first = journal.forms.add(document(), STEWARD)
    assert journal.forms.add(told(first.form), STEWARD) == first
    assert len(journal.forms.versions("own")) == 1
    assert acts(journal, "own") == ["form.add"]


def test_a_version_number_that_is_not_the_next_is_a_conflict(journal: Journal) -> None:
    journal.forms.add(document(version=1), STEWARD)
    with pytest.raises(Conflict, match="next version of form 'own' is 2, not 1"):
        journal.forms.add(document(version=1, title="Changed"), STEWARD)
    assert journal.forms.add(document(version=2, title="Changed"), STEWARD).form.version == 2


def test_an_operators_version_overrides_what_came_with_the_catalogue(journal: Journal) -> None:
    changed = told(journal.forms.get("terms", 1)) | {"title": {"en": "Our terms"}, "version": 2}
    journal.forms.add(changed, STEWARD)
    form = current(journal, "terms")
    assert form is not None
    assert (form.version, form.title) == (2, {"en": "Our terms"})
    left = journal.forms.retire("terms", STEWARD)
    assert left is not None
    assert (left.built_in, left.form.version) == (True, 1)
    assert journal.forms.retire("terms", STEWARD) is None
    assert current(journal, "terms") is None
    with pytest.raises(Conflict, match="was retired already"):
        journal.forms.retire("terms", STEWARD)
    assert journal.forms.get("terms", 2).title == {"en": "Our terms"}
    assert acts(journal, "terms") == ["form.built-in", "form.add", "form.retire", "form.retire"]


def test_a_release_with_other_words_gets_a_number_of_its_own(database: str) -> None:
    store = SqlStore(engine_of(database))
    old, new = form_of(document(title="Old")), form_of(document(title="New"))
    assert SqlForms(store, [old]).current() == (old,)
    [found] = SqlForms(store, [new]).current()
    assert (found.version, found.title) == (2, {"en": "New"})
    [back] = SqlForms(store, [old]).current()  # the release before, started again
    assert back == old
    SqlForms(store, [new]).retire("own", STEWARD)
    assert SqlForms(store, [form_of(document(title="Newest"))]).current() == ()
    assert SqlForms(store, []).get("own", 1) == old
    store.close()


def test_a_holders_own_form_is_changed_by_that_holder_only(journal: Journal) -> None:
    own = document(applies={"holder": "north"})
    with pytest.raises(Forbidden):
        journal.forms.add(document(), "person:handler", within="north")
    with pytest.raises(Forbidden):
        journal.forms.add(own, "person:handler", within="south")
    journal.forms.add(own, "person:handler", within="north")
    with pytest.raises(Forbidden, match="is not 'south''s"):
        journal.forms.add(document(applies={"holder": "south"}), "person:x", within="south")
    with pytest.raises(Forbidden):
        journal.forms.retire("own", "person:x", within="south")
    with pytest.raises(Forbidden):
        journal.forms.add(
            told(journal.forms.get("terms", 1)) | {"applies": {"holder": "north"}, "version": 2},
            "person:handler",
            within="north",
        )
    assert journal.forms.retire("own", "person:handler", within="north") is None


def test_what_cannot_be_used_is_refused_and_nothing_is_kept(journal: Journal) -> None:
    with pytest.raises(InvalidInput, match="cannot be used"):
        journal.forms.add(document(fields=[]), STEWARD)
    with pytest.raises(InvalidInput, match="asks this field too"):
        journal.forms.add(document(question="dual-use"), STEWARD)
    with pytest.raises(NotFound, match="no node 'nowhere'"):
        journal.forms.add(document(applies={"holder": "nowhere"}), STEWARD)
    for call in (
        lambda: journal.forms.versions("own"),
        lambda: journal.forms.get("terms", 99),
        lambda: journal.forms.get("terms", 2**70),
        lambda: journal.forms.retire("own", STEWARD),
        lambda: journal.forms.versions("../etc\x01"),
    ):
        with pytest.raises(NotFound):
            call()
    assert acts(journal, "own") == []


def test_two_who_write_at_once_get_two_versions(journal: Journal) -> None:
    journal.forms.current()
    threads = [
        Thread(target=journal.forms.add, args=(document(title=f"Title {one}"), STEWARD))
        for one in range(6)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.form.version for one in journal.forms.versions("own")] == [6, 5, 4, 3, 2, 1]
    assert journal.audit.check() == []
