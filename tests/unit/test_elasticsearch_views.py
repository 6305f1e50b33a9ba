"""The names of views: what a walker carries, and what she cannot make."""

from __future__ import annotations

import base64
from random import Random

import pytest

from catalogue.adapters.scaleout.elasticsearch_views import (
    LIVE,
    LONGEST,
    VIEWS,
    Commit,
    Views,
    commit,
    sealed,
    unsealed,
)

SECRET, OTHER = b"s" * 32, b"o" * 32
PIT = base64.urlsafe_b64encode(bytes(range(256))).decode()


def test_a_name_leads_back_to_its_view() -> None:
    view = unsealed(sealed(7, PIT, SECRET), SECRET)
    assert view is not None
    assert (view.label, view.pit, view.name) == (7, PIT, sealed(7, PIT, SECRET))


def test_a_name_of_an_index_that_was_made_anew_leads_to_no_view() -> None:
    assert unsealed(sealed(7, PIT, OTHER), SECRET) is None
    assert unsealed(sealed(7, PIT, OTHER), b"") is None
    assert unsealed(LIVE, SECRET) is None


def test_no_change_of_a_name_is_accepted() -> None:
    name = sealed(7, PIT, SECRET)
    found = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))
    for place in range(4, len(found)):
        wrong = bytearray(found)
        wrong[place] ^= 1
        forged = base64.urlsafe_b64encode(bytes(wrong)).decode().rstrip("=")
        with pytest.raises(ValueError, match="no name of a view"):
            unsealed(forged, SECRET)


@pytest.mark.parametrize(
    "name", ["", "-1", "é", "A", "AAAA", "A" * (LONGEST + 4), "../_all", "A\0"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError):
        unsealed(name, SECRET)


def test_a_view_of_too_many_shards_has_no_name() -> None:
    long = base64.urlsafe_b64encode(Random(1).randbytes(LONGEST)).decode()
    assert sealed(7, long, SECRET) == LIVE
    assert len(sealed(7, PIT, SECRET)) < LONGEST


def test_each_commit_and_each_index_has_a_label_of_its_own() -> None:
    def told(name: str, **meta: object) -> Commit:
        return commit({name: {"mappings": {"_meta": meta}}})

    one = told("demo.a", cursor=1, secret="s")
    assert one == told("demo.a", secret="s", cursor=1)
    assert one.label != told("demo.a", cursor=2, secret="s").label
    assert one.label != told("demo.b", cursor=1, secret="s").label
    assert told("demo.a", cursor=1).secret == b""
    assert commit({}).secret == b""


class Engine:
    """Opens views until it has had enough."""

    def __init__(self, most: int = 1000) -> None:
        self.most, self.open = most, list[str]()
        self.number = 0

    def open_point_in_time(self, **_asked: object) -> dict[str, str]:
        self.number += 1
        self.open.append(f"pit{self.number}")
        return {"id": self.open[-1]}

    def close_point_in_time(self, *, id: str) -> None:
        self.open.remove(id)


def views(engine: Engine) -> Views:
    return Views(engine, "demo", "copy", lambda ask: ask())  # type: ignore[arg-type]


def test_searches_of_one_commit_share_its_view() -> None:
    kept = views(engine := Engine())
    assert kept.of(Commit(1, SECRET)) == kept.of(Commit(1, SECRET))
    assert engine.open == ["pit1"]


def test_the_view_that_was_used_last_is_closed_last() -> None:
    kept = views(engine := Engine())
    walked = kept.of(Commit(0, SECRET))
    for label in range(1, VIEWS + 5):
        kept.of(Commit(label, SECRET))
        kept.used(walked)
    assert len(engine.open) == VIEWS
    assert walked.pit in engine.open
    kept.close()
    assert engine.open == []


def test_a_view_that_the_engine_lost_is_opened_again() -> None:
    kept = views(Engine())
    lost = kept.of(Commit(1, SECRET))
    kept.lost(lost)
    assert kept.of(Commit(1, SECRET)).pit == "pit2"
    kept.lost(lost)  # a second thread says it of the old one
    assert kept.of(Commit(1, SECRET)).pit == "pit2"
