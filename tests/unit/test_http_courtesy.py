"""When hosts may be asked."""

from __future__ import annotations

import threading
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.http import Courtesy, GuardedClient
from catalogue.http.courtesy import host_of
from tests.unit.hostile import Pauses, answer, hostile


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_turn_is_free_until_somebody_took_one_with_a_pause() -> None:
    clock = Clock()
    courtesy = Courtesy(clock=clock)
    assert courtesy.turn("a", 0) == 0
    assert courtesy.turn("a", 4) == 0
    assert courtesy.turn("a", 0) == 4
    assert courtesy.turn("b", 0) == 0
    clock.now += 3
    assert courtesy.turn("a", 9) == 1, "who has to wait has taken nothing"
    clock.now += 1
    assert courtesy.turn("a", 0) == 0


def test_the_longer_of_two_holds_stays() -> None:
    clock = Clock()
    courtesy = Courtesy(clock=clock)
    courtesy.hold("a", 50)
    clock.now += 10
    courtesy.hold("a", 20)
    assert courtesy.turn("a", 0) == 40
    courtesy.hold("a", 60)
    assert courtesy.turn("a", 0) == 60


def test_hosts_whose_time_has_passed_are_forgotten() -> None:
    clock = Clock()
    courtesy = Courtesy(clock=clock)
    for number in range(100):
        courtesy.hold(f"h{number}", 5)
        courtesy.turn(f"i{number}", 5)
        clock.now += 1
    assert len(courtesy._free) <= 10


def test_of_many_threads_one_has_the_turn() -> None:
    clock, threads = Clock(), 8
    courtesy, start = Courtesy(clock=clock), threading.Barrier(threads)
    for _round in range(20):
        waits: list[float] = []

        def take(waits: list[float] = waits) -> None:
            start.wait()
            waits.append(courtesy.turn("a", 2))

        running = [threading.Thread(target=take) for _ in range(threads)]
        for one in running:
            one.start()
        for one in running:
            one.join()
        assert sorted(waits) == [0.0] + [2.0] * (threads - 1)
        clock.now += 2


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 5)), max_size=30))
def test_between_two_turns_lies_the_pause_of_the_first(steps: list[tuple[float, float]]) -> None:
    clock, turns = Clock(), list[tuple[float, float]]()
    courtesy = Courtesy(clock=clock)
    for later, pause in steps:
        clock.now += later
        if courtesy.turn("a", pause) == 0:
            turns.append((clock.now, pause))
    for (before, pause), (after, _) in pairwise(turns):
        assert after >= before + pause


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/x", "https://A.example:443/y?z", True),
        ("http://a.example/x", "http://a.example.:80/", True),
        ("http://a.example/x", "http://a.example:8080/x", False),
        ("http://a.example/x", "http://b.example/x", False),
        ("http://[::1]:81/", "http://[::1]:81/x", True),
    ],
)
def test_a_host_is_its_name_and_an_unusual_port(one: str, other: str, same: bool) -> None:
    assert (host_of(one) == host_of(other)) is same


def test_a_client_leaves_its_pause_between_all_that_it_sends_to_a_host() -> None:
    pauses = Pauses()
    client = GuardedClient(
        allow_private=True, pause=3, sleep=pauses, courtesy=Courtesy(clock=pauses.clock)
    )
    with hostile() as server, hostile() as another:
        server.scripts["/a"] = answer(b"", "302 X", Location="/b")
        server.scripts["/b"] = another.scripts["/c"] = answer(b"ok")
        client.get(server.url("/a"))
        assert pauses == [3]
        client.get(another.url("/c"))
        assert pauses == [3]
        client.session().post(server.url("/b"))
        client.post(server.url("/b"), body=b"x")
        assert pauses == [3, 3, 3]
