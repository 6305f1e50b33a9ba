"""What a source's records are held to: its own options go before its node's."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.errors import InvalidInput
from catalogue.harvest.prepare import salt_of
from catalogue.harvest.rules import PLAIN, Rules, rules_of
from catalogue.model import HELD_TO, held_to

NODE = {"contacts": "drop", "profiles": "theirs"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, list[Path]]:
    made = {}
    for name in ("own", "theirs"):
        made[name] = [tmp_path / f"{name}.ttl"]
        made[name][0].write_text("# nothing\n")
    return made


@pytest.mark.parametrize(
    ("own", "contacts", "profiles"),
    [
        ({}, "drop", "theirs"),
        ({"profiles": "+own"}, "drop", "+own"),
        ({"contacts": "keep"}, "keep", "theirs"),
        ({"contacts": "roles-only", "profiles": "own"}, "roles-only", "own"),
        ({"contacts": "", "profiles": ""}, "drop", "theirs"),
        ({"grace": "1", "review": "1"}, "drop", "theirs"),
    ],
)
def test_each_option_is_the_sources_own_or_its_nodes(
    own: dict[str, str], contacts: str, profiles: str, files: dict[str, list[Path]]
) -> None:
    rules = rules_of(own, files, of_node=NODE)
    assert (rules.contacts, rules.profiles) == (contacts, profiles)
    assert set(rules.files) == {profiles.removeprefix("+")}


def test_nothing_else_that_a_node_might_have_is_taken_from_it() -> None:
    assert held_to({"rows": "5"}, {"visibility": "members", "rows": "9"}) == {}
    assert rules_of({}, of_node={"visibility": "members"}) == PLAIN
    assert set(HELD_TO) == set(Rules.__slots__) - {"files"}


def test_a_wrong_choice_of_a_node_is_told() -> None:
    with pytest.raises(InvalidInput, match="contacts"):
        rules_of({}, of_node={"contacts": "some"})


def test_another_option_of_the_node_judges_anew_only_where_it_holds(
    files: dict[str, list[Path]],
) -> None:
    def salt(own: dict[str, str], of_node: dict[str, str]) -> bytes:
        return salt_of({}, rules_of(own, files, of_node=of_node))

    after = {**NODE, "profiles": "+theirs"}
    assert salt({}, NODE) != salt({}, after)
    assert salt({}, NODE) == salt(NODE, {})
    assert salt({"profiles": "own"}, NODE) == salt({"profiles": "own"}, after)
    assert salt({"profiles": "own"}, NODE) != salt(
        {"profiles": "own"}, {}
    )  # contacts are the node's
    before = salt({}, NODE)
    files["theirs"][0].write_text("# something else\n")
    assert salt({}, NODE) != before
