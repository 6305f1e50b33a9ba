"""The registry on every database, and what a search finds of it on every engine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalogue.adapters.sql import SqlJournal
from catalogue.ecosystem.registry import Registry, source_id
from catalogue.ecosystem.sheets import BUILT_IN, EDITED, document
from catalogue.errors import Conflict, InvalidSheet, NotFound
from catalogue.model import RECORD_TYPES, Change, Source, page_id
from catalogue.project.follower import live_changes
from catalogue.search.service import SearchParams
from tests.contract.engines import Make
from vocab.calls import Announced, Evidence
from vocab.ecosystem import factories, supercomputers
from vocab.offers import offers

EVERY = 233  # fact sheets that are built in


@pytest.fixture
def journal(database: str) -> Iterator[SqlJournal]:
    with closing(SqlJournal.open(database)) as opened:
        yield opened


@pytest.fixture
def registry(journal: SqlJournal) -> Registry:
    made = Registry(journal)
    assert made.load() == Counter(added=EVERY)
    return made


def sheet(registry: Registry, of: str, sheet_id: str, /, **changed: Any) -> dict[str, Any]:
    kept = registry.known().kept(of, sheet_id)
    assert kept is not None
    return {**document(kept.sheet, kept.origin), **changed}


def current(journal: SqlJournal, registry: Registry, kind: str, sheet_id: str) -> Change:
    kept = registry.known().kept(kind, sheet_id)
    assert kept is not None
    return journal.current(kept.page_id)


def test_what_is_built_in_becomes_records_of_their_own_members(
    journal: SqlJournal, registry: Registry
) -> None:
    known = registry.known()
    assert len(known) == EVERY
    assert {one.id for one in known.factories} == {one.id for one in factories()}
    assert known.supercomputer("lumi") == next(o for o in supercomputers() if o.id == "lumi")
    assert {one.id: one for one in known.offers} == {one.id: one for one in offers()}
    kept = known.kept("offer", "lumi-aif-training")
    assert kept is not None
    assert (kept.node, kept.source) == ("lumi-aif", "lumi-aif-registry")
    change = journal.current(kept.page_id)
    assert change.record.type == "training"
    assert json.loads(journal.raw(kept.page_id)[0])["origin"] == BUILT_IN
    assert {one.record.type for one in live_changes(journal)} <= set(RECORD_TYPES)
    assert journal.check() == []


def test_loading_again_changes_nothing_and_writes_no_run(
    journal: SqlJournal, registry: Registry
) -> None:
    before = (journal.last_seq(), journal.runs.count())
    assert registry.load() == Counter(unchanged=EVERY)
    assert (journal.last_seq(), journal.runs.count()) == before


def test_another_process_reads_the_same_sheets(journal: SqlJournal, registry: Registry) -> None:
    other = Registry(journal)
    assert [one.sheet for one in other.known()] == [one.sheet for one in registry.known()]


def test_an_edit_stays_through_another_load_and_is_in_the_audit_log(
    journal: SqlJournal, registry: Registry
) -> None:
    edited = sheet(registry, "factory", "lumi-aif", city="Kajaani and Espoo", origin=BUILT_IN)
    stored = registry.put("factory", "lumi-aif", edited, "person:ada")
    assert (stored.created, stored.changed) == (False, True)
    assert registry.load() == Counter(unchanged=EVERY - 1, edited=1)
    factory = registry.known().factory("lumi-aif")
    assert factory is not None
    assert factory.city == "Kajaani and Espoo"
    kept = registry.known().kept("factory", "lumi-aif")
    assert kept is not None
    assert kept.origin == EDITED
    act = journal.audit.last("registry.put", "factory/lumi-aif")
    assert act is not None
    assert act.who == "person:ada"
    assert journal.runs.run(stored.run).asked_by == "steward"
    assert journal.audit.check() == []


def test_evidence_alone_makes_a_new_version(journal: SqlJournal, registry: Registry) -> None:
    said = {"source": "gazette.example", "confidence": "read there", "sure": True}
    edited = sheet(registry, "offer", "lumi-aif-training")
    edited["evidence"]["eligible"] = said
    assert registry.put("offer", "lumi-aif-training", edited, "person:ada").changed
    offer = registry.known().kept("offer", "lumi-aif-training")
    assert offer is not None
    assert offer.sheet.evidence["eligible"] == Evidence(**said)  # type: ignore[union-attr]
    again = registry.put("offer", "lumi-aif-training", edited, "person:ada")
    assert not again.changed


def test_a_withdrawn_sheet_is_not_brought_back_by_loading(
    journal: SqlJournal, registry: Registry
) -> None:
    registry.withdraw("offer", "lumi-aif-training", "person:ada")
    assert registry.known().kept("offer", "lumi-aif-training") is None
    assert registry.load() == Counter(unchanged=EVERY - 1, withdrawn=1)
    assert registry.known().kept("offer", "lumi-aif-training") is None
    with pytest.raises(NotFound):
        registry.withdraw("offer", "lumi-aif-training", "person:ada")


def test_offers_take_the_new_name_of_their_factory(journal: SqlJournal, registry: Registry) -> None:
    edited = sheet(registry, "factory", "lumi-aif", name="Lantern Factory (fictional)")
    registry.put("factory", "lumi-aif", edited, "person:ada")
    change = current(journal, registry, "offer", "lumi-aif-lumi-playground")
    assert any("Lantern Factory" in line for line in change.lines)
    kept = registry.known().kept("offer", "lumi-aif-lumi-playground")
    assert kept is not None
    assert kept.origin == BUILT_IN  # nobody edited the offer
    assert registry.load() == Counter(unchanged=EVERY - 1, edited=1)
    assert journal.check() == []


def test_a_new_factory_is_a_new_member_with_a_source_of_its_own(
    journal: SqlJournal, registry: Registry
) -> None:
    new = sheet(registry, "factory", "mimer", id="lantern", name="Lantern (fictional)")
    assert registry.put("factory", "lantern", new, "person:ada").created
    assert journal.node("lantern").kind == "ai-factory"
    assert journal.source(source_id("lantern")).options == {"registry": "1"}
    offer = sheet(registry, "offer", "mimer-support", id="lantern-support", provider="lantern")
    stored = registry.put("offer", "lantern-support", offer, "person:ada")
    assert stored.page_id == page_id("lantern-registry", "offer/lantern-support")


def test_a_refused_document_leaves_the_earlier_version(
    journal: SqlJournal, registry: Registry
) -> None:
    before = current(journal, registry, "offer", "lumi-aif-training")
    for changed in ({"provider": "nobody"}, {"call": "nothing"}, {"kind": "compute"}):
        with pytest.raises(InvalidSheet) as caught:
            wrong = sheet(registry, "offer", "lumi-aif-training", **changed)
            registry.put("offer", "lumi-aif-training", wrong, "person:ada")
        assert caught.value.findings
    assert current(journal, registry, "offer", "lumi-aif-training") == before


def test_an_offer_stays_its_providers(registry: Registry) -> None:
    moved = sheet(registry, "offer", "lumi-aif-training", provider="mimer")
    with pytest.raises(Conflict, match="withdraw it"):
        registry.put("offer", "lumi-aif-training", moved, "person:ada")


def test_who_edits_an_older_version_is_told(registry: Registry) -> None:
    first = registry.known().kept("call", "cooperation-2026")
    assert first is not None
    edited = sheet(registry, "call", "cooperation-2026", title="Cooperation, edited")
    registry.put("call", "cooperation-2026", edited, "person:ada", seen=first.version)
    with pytest.raises(Conflict, match="somebody else"):
        registry.put("call", "cooperation-2026", edited, "person:bo", seen=first.version)


def test_an_announced_day_overrides_the_rule_and_the_next_one_replaces_it(
    registry: Registry,
) -> None:
    evidence = Evidence("gazette.example", "announced", True)
    for day in (date(2025, 8, 11), date(2025, 8, 12)):
        cut_off = Announced(day, date(2025, 8, 4), evidence)
        registry.announce("ai-factories", cut_off, date(2026, 1, 2), "person:ada")
    call = registry.known().call("ai-factories")
    assert call is not None
    assert [one.day for one in call.announced if one.instead_of == date(2025, 8, 4)] == [
        date(2025, 8, 12)
    ]
    assert call.revised == date(2026, 1, 2)
    with pytest.raises(InvalidSheet):
        wrong = Announced(date(2025, 8, 13), date(2025, 8, 5), evidence)
        registry.announce("ai-factories", wrong, date(2026, 1, 3), "person:ada")


def test_what_an_operator_says_of_a_member_stays_when_its_sheet_is_edited_or_loaded_again(
    journal: SqlJournal, registry: Registry
) -> None:
    told = replace(journal.node("mimer"), name="Mimer (ours)", options={"profiles": "dcat-ap-3"})
    journal.edit_node(told, "tester")
    edited = sheet(registry, "factory", "mimer", website="https://mimer.example/")
    registry.put("factory", "mimer", edited, "person:ada")
    registry.load()
    assert journal.node("mimer") == told


def test_a_source_of_that_name_that_holds_other_records_is_not_taken(journal: SqlJournal) -> None:
    Registry(journal).load()
    journal.remove_source("mimer-registry")
    journal.add_source(Source("mimer-registry", "mimer", "push", None))
    with pytest.raises(Conflict, match="mimer-registry"):
        Registry(journal).load()


def test_a_hidden_source_hides_its_sheets_at_once(journal: SqlJournal, registry: Registry) -> None:
    before = journal.source("mimer-registry")
    hidden = Source(before.id, before.node, before.kind, None, before.options, None, "members")
    journal.edit_source(hidden)
    kept = registry.known().kept("factory", "mimer")
    assert kept is not None
    assert kept.visibility == "members"


# --- search ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def built_in(tmp_path_factory: pytest.TempPathFactory) -> list[Change]:
    """Every record of the registry as it begins."""
    from catalogue.bootstrap import open_journal
    from catalogue.settings import Settings

    folder: Path = tmp_path_factory.mktemp("registry")
    with open_journal(Settings(data_dir=folder)) as journal:
        Registry(journal).load()
        return list(live_changes(journal))


def test_a_search_for_gpus_finds_offers_by_sector_and_country(
    make: Make, built_in: list[Change]
) -> None:
    service = make(*built_in)

    def found(q: str, **filters: str) -> set[str]:
        given = {name: [value] for name, value in filters.items()}
        page = service.search(SearchParams(q=q, filters=given, limit=100))
        return {one["title"] for one in page.items}

    spanish = found("GPU", sector="energy", country="ES", type="offer")
    assert "GPU hours on MareNostrum 5: Fast Lane" in spanish
    assert all("MareNostrum 5" in one for one in spanish)
    assert found("GPU", sector="agritech", country="IT", type="offer") == {
        f"GPU hours on Leonardo: {mode}"
        for mode in (
            "Playground",
            "Fast Lane",
            "Large Scale",
            "AI for Science and Collaborative EU Projects",
        )
    }
    assert not found("GPU", country="BG")  # its machine has none
    lumi = found("LUMI", country="FI")
    assert {"LUMI", "LUMI AI Factory", "GPU hours on LUMI: Playground"} <= lumi
    assert "LUMI AI Factory: training in AI and supercomputing" in lumi
    assert "GPU hours on MareNostrum 5: Regular" in found("H100")
