"""Options that every source may have: one schema, wherever they are read."""

from __future__ import annotations

import pytest

from catalogue.errors import InvalidInput
from catalogue.harvest.options import common_options, normalised
from catalogue.harvest.registry import harvester, load_options
from catalogue.model import Withdrawal


def test_what_is_not_said_has_its_default() -> None:
    assert common_options({"rows": "5"}) == {
        "visibility": "public",
        "deletion": Withdrawal.DELETE,
        "grace": 2,
        "review": False,
        "country": "",
        "contacts": "keep",
        "raw_versions": 3,
        "profiles": "",
    }


def test_one_spelling_of_each_is_kept() -> None:
    given = {"review": "yes", "grace": "03", "deletion": "flag", "raw_versions": "0", "rows": "5"}
    kept = {"review": "1", "grace": "3", "deletion": "flag", "raw_versions": "0", "rows": "5"}
    assert normalised(given) == kept
    assert normalised({"review": "off"}) == {"review": "0"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deletion", "burn"),
        ("review", "maybe"),
        ("grace", "-1"),
        ("grace", "x"),
        ("visibility", "nobody"),
        ("country", "Germany"),
        ("contacts", "some"),
        ("raw_versions", "1001"),
    ],
)
def test_what_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidInput, match=f"option {name}"):
        normalised({name: value})


def test_a_harvester_sees_its_own_options_only() -> None:
    assert load_options(harvester("push"), {"review": "1", "site": "https://x.example"}) == {
        "site": "https://x.example",
        "registry": False,
    }
    with pytest.raises(InvalidInput, match="option rows"):
        load_options(harvester("push"), {"rows": "5"})
