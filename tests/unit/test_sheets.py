"""Fact sheets: documents that are read strictly, and the graphs that they become."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.ecosystem.graphs import graph, sectors
from catalogue.ecosystem.registry import Ecosystem, Kept, entry_of
from catalogue.ecosystem.sheets import (
    BUILT_IN,
    EDITED,
    LARGEST,
    Sheet,
    body,
    document,
    kind_of,
    read,
)
from catalogue.errors import InvalidSheet
from catalogue.model import SECTORS
from catalogue.rdf.canonical import strict
from vocab.calls import calls
from vocab.ecosystem import factories, machine_of, supercomputers
from vocab.namespaces import AICAT, DCAT, SECTOR
from vocab.offers import ELIGIBLE, EUROHPC, initiatives, modes, offers

EVERY: tuple[Sheet, ...] = (
    *supercomputers(),
    *factories(),
    *calls(),
    *initiatives(),
    *offers(),
)
KNOWN = Ecosystem(
    Kept(one, BUILT_IN, f"{kind_of(one)}-{one.id}", "made-up", "made-up", "public", b"")
    for one in EVERY
)
LUMI = next(one for one in offers() if one.id == "lumi-aif-lumi-fast-lane")


def faults(kind: str, given: Any, sheet_id: str = "made-up") -> set[str]:
    """The members that a document is refused for."""
    with pytest.raises(InvalidSheet) as caught:
        read(kind, sheet_id, given)
    assert all(one.severity.value == "violation" for one in caught.value.findings)
    return {str(one.path) for one in caught.value.findings}


def test_every_sheet_that_is_built_in_is_read_back_as_it_was() -> None:
    for one in EVERY:
        for origin in (BUILT_IN, EDITED):
            found = read(kind_of(one), one.id, body(one, origin))
            assert (found.sheet, found.origin, found.notes) == (one, origin, ())


def test_ids_of_a_kind_are_unique() -> None:
    names = [(kind_of(one), one.id) for one in EVERY]
    assert len(names) == len(set(names))


def test_every_graph_is_strict_and_its_own() -> None:
    seen = set()
    for one in EVERY:
        lines = graph(one, KNOWN)
        assert strict(lines) == []
        assert lines == graph(one, KNOWN)
        assert any(f"<{one.iri}> " in line and f"<{DCAT}Resource>" in line for line in lines)
        assert not any(f"<{DCAT}Dataset>" in line for line in lines)
        assert one.iri not in seen
        seen.add(one.iri)


def test_the_origin_of_a_sheet_does_not_change_its_graph_and_each_fact_does() -> None:
    first = entry_of(LUMI, BUILT_IN, KNOWN)
    assert first.content_hash == entry_of(LUMI, EDITED, KNOWN).content_hash
    unsure = {name: replace(said, sure=not said.sure) for name, said in LUMI.evidence.items()}
    for changed in (
        replace(LUMI, evidence=unsure),
        replace(LUMI, conditions="On terms (fictional)."),
        replace(LUMI, eligible=("research",)),
    ):
        assert entry_of(changed, EDITED, KNOWN).content_hash != first.content_hash


def test_an_offer_of_compute_names_machine_mode_users_and_gpus() -> None:
    lines = graph(LUMI, KNOWN)
    said = {
        tuple(line[:-2].split(" ", 2)[1:]) for line in lines if line.startswith(f"<{LUMI.iri}>")
    }
    machine = KNOWN.supercomputer("lumi")
    assert machine is not None
    assert (f"<{AICAT}supercomputer>", f"<{machine.iri}>") in said
    assert (f"<{AICAT}accessMode>", '"fast-lane"') in said
    assert {value for path, value in said if path == f"<{AICAT}eligible>"} == {
        '"start-up"',
        '"sme"',
        '"industry"',
    }
    assert (f"<{DCAT}keyword>", '"GPU"@en') in said
    assert (f"<{DCAT}theme>", f"<{SECTOR}health>") in said
    assert (f"<{AICAT}unsure>", '"eligible"') in said


def test_offers_of_a_machine_without_gpus_do_not_say_gpu() -> None:
    mine = [one for one in offers() if one.supercomputer == "discoverer"]
    assert mine
    for one in mine:
        assert "GPU" not in " ".join(graph(one, KNOWN))


def test_no_offer_of_compute_is_of_a_machine_that_does_not_run() -> None:
    running = {one.id for one in supercomputers() if one.runs}
    assert {one.supercomputer for one in offers() if one.kind == "compute"} == running


def test_every_fact_of_an_offer_that_may_be_wrong_says_so() -> None:
    for one in offers():
        assert one.evidence
        assert one.eligible
        assert set(one.eligible) <= set(ELIGIBLE)
        assert not one.evidence["eligible"].sure  # the terms of access were not compared
        assert bool(one.sectors) == ("sectors" in one.evidence)
        assert (one.mode in modes()) == (one.kind == "compute")
        assert one.provider == EUROHPC or KNOWN.factory(one.provider)


def test_sectors_come_with_the_words_that_they_follow_from() -> None:
    factory = KNOWN.factory("piast-ai")
    assert factory is not None
    found = {one.sector: one for one in sectors(factory)}
    assert set(found) == set(factory.sectors)
    assert found["defence"].value.startswith("space and robotics: ")
    assert list(found) == sorted(found)
    assert list(factory.sectors) == [one for one in SECTORS if one in factory.sectors]


def test_the_initiatives_of_a_country_go_with_its_factories_and_say_that_this_is_unsure() -> None:
    for one in initiatives():
        linked = [KNOWN.factory(name) for name in one.factories]
        assert {factory.country for factory in linked if factory} <= {one.country}
        assert not one.factories or not one.evidence["factories"].sure


def test_a_query_finds_the_offers_of_a_supercomputer_by_its_name() -> None:
    store = ox.Store()
    text = "\n".join(line for one in EVERY for line in graph(one, KNOWN))
    store.load(text.encode(), ox.RdfFormat.N_TRIPLES)
    query = f"""PREFIX aicat: <{AICAT}> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        SELECT ?offer WHERE {{ ?offer a aicat:Offer ; aicat:eligible "start-up" ;
          aicat:supercomputer / foaf:name "MareNostrum 5" ; aicat:provider / aicat:country "ES" }}"""
    found = {str(row["offer"].value).rsplit("/", 1)[1] for row in store.query(query)}  # type: ignore[union-attr,index]
    assert found == {
        f"bsc-aif-marenostrum-5-{mode}" for mode in ("playground", "fast-lane", "large-scale")
    }


# --- what is refused ---------------------------------------------------------------------------------


def test_every_fault_of_a_document_is_named_at_once() -> None:
    given = {**document(LUMI, EDITED), "kind": "gold", "country": "Finland", "eligible": ["robot"]}
    given["evidence"]["colour"] = {"source": "x"}
    del given["title"]
    assert faults("offer", given, LUMI.id) >= {"kind", "country", "title", "eligible.0"}


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"id": "another"}, "id"),
        ({"sheet": "call"}, "sheet"),
        ({"contact": "javascript:alert(1)"}, "contact"),
        ({"contact": "https://user@host.example/"}, "contact"),
        ({"contact": 'https://x.example/">'}, "contact"),
        ({"contact": "file:/etc/passwd"}, "contact"),
        ({"title": "two\x00words"}, "title"),
        ({"title": "\u202egnissim"}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"access": "secret"}, "access"),
        ({"evidence": {}}, "evidence"),
        ({"evidence": {"colour": {"source": "s", "confidence": "c", "sure": True}}}, "evidence.colour"),
        ({"evidence": {"title": {"source": "s", "confidence": "c"}}}, "evidence.title.value.sure"),
        ({"supercomputer": None, "access_mode": None}, "supercomputer"),
        ({"kind": "training", "supercomputer": None}, "access_mode"),
        ({"sectors": ["health"] * 61}, "sectors"),
        ({"price": 3}, "price"),
    ],
)  # fmt: skip
def test_a_member_that_cannot_be_used_is_named(changed: dict[str, Any], path: str) -> None:
    assert path in faults("offer", {**document(LUMI, EDITED), **changed}, LUMI.id)


@pytest.mark.parametrize("sheet_id", ["", "../../etc", "A", "a b", "x" * 121, "a\n", "é"])
def test_ids_that_could_mean_something_else_are_refused(sheet_id: str) -> None:
    assert "id" in faults("offer", {**document(LUMI, EDITED), "id": sheet_id}, sheet_id)


@pytest.mark.parametrize(
    "given",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, b" " * (LARGEST + 1), b'{"a":1e999}'],
    ids=["empty", "cut", "list", "null", "text", "bytes", "deep", "long", "infinite"],
)  # fmt: skip
def test_what_is_no_document_is_refused_with_a_reason(given: bytes) -> None:
    assert faults("offer", given)


def test_days_that_fight_each_other_are_refused() -> None:
    call = document(calls()[0], EDITED)
    assert faults("call", {**call, "closes": "2024-01-01"}, call["id"]) == {"closes"}
    assert faults("call", {**call, "amount": None}, call["id"]) == {"currency"}
    assert faults("call", {**call, "first": "2024-13-01"}, call["id"]) == {"first"}
    said = {"source": "s", "confidence": "c", "sure": True}
    twice = [*call["announced"], {"day": "2025-02-01", "evidence": said}]
    assert faults("call", {**call, "announced": twice}, call["id"]) == {"announced"}


def test_words_that_are_in_no_table_name_no_sector_and_a_note_says_so() -> None:
    given = {**document(factories()[0], EDITED), "focus": ["health", "bee keeping"]}
    found = read("factory", factories()[0].id, json.dumps(given).encode())
    assert [one.value for one in found.notes] == ["bee keeping"]
    assert found.sheet.sectors == ("health",)  # type: ignore[union-attr]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    ),
    st.sampled_from(sorted(document(LUMI, EDITED))),
)
def test_any_value_of_any_member_is_stored_whole_or_refused(value: Any, name: str) -> None:
    given = {**document(LUMI, EDITED), name: value}
    try:
        found = read("offer", LUMI.id, given)
    except InvalidSheet as error:
        assert error.findings
    else:
        assert read("offer", LUMI.id, body(found.sheet, EDITED)).sheet == found.sheet
        assert strict(graph(found.sheet, KNOWN)) == []


def test_a_system_is_known_by_its_name_whatever_stands_beside_it() -> None:
    machine = machine_of("MareNostrum 5 (AI upgrade)", supercomputers())
    assert machine is not None
    assert machine.id == "marenostrum-5"
    assert machine_of("new AI-optimised system", supercomputers()) is None
