"""The demo's deliberate defects take effect, and the harvesters report them and lose no record."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalogue.dedupe import ACCEPT, Features, score
from catalogue.dedupe.features import read
from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
from deploy.demo import defects, graphs
from deploy.demo.federation import PORTALS
from deploy.demo.packages import package
from deploy.demo.portals import Site
from deploy.demo.records import CONTENT
from harvesters.ckan import harvester as ckan
from harvesters.dcat import harvester as dcat

BASE = "http://127.0.0.1:1"  # the portals' base; nothing is asked over the network here
NAMED = [(member, defect) for member, how in PORTALS.items() for defect in how.defects]


def site(member: str, folder: Path = CONTENT) -> Site:
    opened = Site(folder / f"{member}.toml")
    opened.base = BASE
    return opened


def mapped(member: str) -> tuple[list[Mapped], list[PageEnd]]:
    """What the product's own harvester makes of every page that the portal serves."""
    records: list[Mapped] = []
    ends: list[PageEnd] = []
    for page in pages(site(member)):
        harvester = ckan if PORTALS[member].kind == "ckan" else dcat
        url = BASE if PORTALS[member].kind == "ckan" else f"{BASE}/catalog"
        for one in harvester.map(Feed(member, url), page):
            if isinstance(one, PageEnd):
                ends.append(one)
            else:
                records.append(one)
    return records, ends


def pages(opened: Site) -> list[Page]:
    if PORTALS[opened.member.id].kind == "ckan":
        status, answer = opened.action("package_search", {"rows": "1000"})
        assert status == 200
        url = f"{BASE}/api/3/action/package_search"
        return [Page("search:0", url, "application/json", orjson.dumps(answer))]
    found: list[Page] = []
    while served := opened.catalog(len(found) + 1, None):
        url = f"{BASE}/catalog" + (f"?page={len(found) + 1}" if found else "")
        found.append(Page(url, url, served[1], served[0]))
    return found


@pytest.mark.parametrize(("member", "defect"), NAMED)
def test_a_defect_of_the_table_changes_what_its_portal_serves(member: str, defect: str) -> None:
    owner, how = site(member).member, PORTALS[member]
    if how.kind == "ckan":
        packages = [package(owner, one, place) for place, one in enumerate(owner.records)]
        ruined: Any = defects.PACKAGES[defect](deepcopy(packages))
        assert ruined != packages
    else:
        page = owner.records[: how.page or len(owner.records)]
        body = graphs.write(graphs.catalog(owner, page), how.form)
        assert defects.DOCUMENTS[defect](body) != body


@pytest.mark.parametrize(
    ("member", "rules"),
    [
        ("de-nordlicht", {"ckan.ignored": 2, "ckan.unknown-field": 1}),
        ("fi-revontuli", {"ckan.bad-url": 1, "ckan.no-package": 1}),
        ("pt-atlas", {"rdf.iri-repaired": 1, "rdf.language-tag-repaired": 1}),
        ("pt-atlas", {"rdf.prefix-bound": 1}),
        ("ro-carpati", {"rdf.encoding-repaired": 1}),
        ("nl-polder", {"rdf.subject-skolemised": 1}),
    ],
)
def test_the_harvester_reports_the_defect(member: str, rules: dict[str, int]) -> None:
    records, ends = mapped(member)
    told = Counter(finding.rule for one in records for finding in one.findings)
    told.update(finding.rule for one in ends for finding in one.findings)
    assert {rule: told[rule] for rule in rules} == rules


@pytest.mark.parametrize("member", sorted(PORTALS))
def test_no_record_is_lost_to_a_defect(member: str) -> None:
    owner = site(member).member
    records, ends = mapped(member)
    usable = {one.key for one in records if one.failed is None}
    assert not any(end.partial for end in ends)
    assert {key_of(member, one.id) for one in owner.records} <= usable
    counts = Counter(one.key for one in records)
    assert {key for key, times in counts.items() if times > 1} == twice(member)


def key_of(member: str, record: str) -> str:
    owner = site(member).member
    if PORTALS[member].kind == "dcat":
        return f"{owner.homepage}id/{record}"
    ids = {one.id: package(owner, one, place)["id"] for place, one in enumerate(owner.records)}
    return str(ids[record])


def twice(member: str) -> set[str]:
    """The keys that the portal lists a second time on purpose."""
    if "twice" not in PORTALS[member].defects:
        return set()
    return {key_of(member, site(member).member.records[4].id)}


@pytest.mark.parametrize(
    ("title", "member"),
    [
        ("Oude meetreeks zonder eigen adres (water)", "nl-polder"),
        ("Emissões com espaço no endereço", "pt-atlas"),
        ("Sem declaração", "pt-atlas"),
    ],
)
def test_a_record_that_only_its_defect_has_is_read(title: str, member: str) -> None:
    records, _ = mapped(member)
    assert sum(any(f'"{title}"' in line for line in one.graph) for one in records) == 1


@pytest.mark.parametrize("member", ["gr-aigaio", "ro-carpati"])
def test_a_repaired_feed_keeps_the_letters_of_its_language(member: str) -> None:
    owner = site(member).member
    records, _ = mapped(member)
    served = letters("".join(line for one in records for line in one.graph))
    written = letters("".join(text for one in owner.records for text in one.title.values()))
    assert written <= served


def letters(text: str) -> set[str]:
    """The letters that ASCII does not have."""
    return {one for one in text if one.isalpha() and ord(one) > 127}


OVERLAPS = [
    ("de-nordlicht", "fernwaerme-lernsatz", "dk-sund", "fjernvarme", "same-doi"),
    ("fr-luciole", "houle", "pt-atlas", "ondas", "same-doi"),
    ("it-lanterna", "livelli-acque", "nl-polder", "waterstanden", "same-page"),
]


@pytest.mark.parametrize(("factory", "copied", "portal", "card", "rule"), OVERLAPS)
def test_what_a_factory_lists_of_a_portal_is_taken_for_one_thing_and_nothing_else(
    factory: str, copied: str, portal: str, card: str, rule: str
) -> None:
    copies, originals = compared(factory, copied), compared(portal, card)
    assert len(copies) == len(originals) >= 4
    told = {(a, b): score(copies[a], originals[b]) for a in copies for b in originals}
    likely = {both for both, one in told.items() if one.points >= ACCEPT}
    assert likely == set(zip(sorted(copies), sorted(originals), strict=True))
    assert all(rule in {reason.rule for reason in told[both].reasons} for both in likely)


def compared(member: str, card: str) -> dict[str, Features]:
    """The records of a card as they are compared, after the harvester."""
    names = {key_of(member, one.id): one.id for one in site(member).member.records}
    found = {names[one.key]: one for one in mapped(member)[0] if one.key in names}
    return {
        name: read(name, member, one.type, one.subject.strip("<>"), sorted(one.graph))
        for name, one in found.items()
        if name.rpartition("-")[0] == card
    }
