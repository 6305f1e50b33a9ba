"""Real packages and answers of real portals through the mapping."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalogue.errors import ContentError
from catalogue.http import GuardedClient
from catalogue.model import Finding, Mapped, Outcome, Page, PageEnd
from catalogue.ports import Feed
from catalogue.rdf.canonical import strict
from harvesters.ckan import harvester
from tests.conftest import real_data

SITE = "https://portal.example.org"
DCAT = "<http://www.w3.org/ns/dcat#"
DCT = "<http://purl.org/dc/terms/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def read_page(body: bytes, url: str = f"{SITE}/answer.json") -> tuple[list[Mapped], PageEnd]:
    found = list(harvester.map(Feed("s", url), Page("document", url, "application/json", body)))
    end = found.pop()
    assert isinstance(end, PageEnd)
    return [one for one in found if isinstance(one, Mapped)], end


def count(record: Mapped, predicate: str) -> int:
    return sum(line.split(" ", 2)[1] == predicate for line in record.graph)


# Datasets and distributions as the list of sources counts them.
@pytest.mark.parametrize(
    ("name", "datasets", "distributions", "type_"),
    [
        ("ckan_dataset.json", 1, 1, "dataset"),
        ("ckan_dataset_multilingual.json", 1, 1, "dataset"),
        ("ckan_dcat_ap_dataset_series.json", 1, 0, "series"),
        ("ckan_full_dataset_croissant.json", 1, 1, "dataset"),
        ("ckan_full_dataset_dcat_ap.json", 1, 1, "dataset"),
        ("ckan_full_dataset_dcat_ap_legacy.json", 1, 1, "dataset"),
        ("ckan_full_dataset_dcat_ap_vocabularies.json", 1, 1, "dataset"),
        ("ckan_full_dataset_dcat_us_vocabularies.json", 1, 1, "dataset"),
        ("full_ckan_dataset_legacy.json", 1, 1, "dataset"),
        ("ch-dataset.json", 1, 9, "dataset"),
        ("health_dcat_ap.json", 1, 1, "dataset"),
        ("fr-dkan-with-licence.json", 1, 2, "dataset"),
    ],
)
def test_single_answers_become_their_datasets_and_distributions(
    name: str, datasets: int, distributions: int, type_: str
) -> None:
    body = (real_data() / "catalogues" / "ckan" / name).read_bytes()
    records, end = read_page(body)
    assert len(records) == datasets
    assert end.ignored == 0
    for record in records:
        assert (record.failed, record.type) == (None, type_)
        assert count(record, f"{DCAT}distribution>") == distributions
        assert strict(record.graph) == []
        assert count(record, f"{DCT}title>")


def test_the_full_package_of_dcat_ap_leaves_no_field_over() -> None:
    folder = real_data() / "catalogues" / "ckan"
    for name in ("ckan_full_dataset_dcat_ap.json", "ckan_full_dataset_dcat_ap_legacy.json",
                 "ckan_full_dataset_dcat_ap_vocabularies.json", "health_dcat_ap.json"):  # fmt: skip
        _records, end = read_page((folder / name).read_bytes())
        assert [found.path for found in end.findings] == [], name


def test_extras_and_scheming_fields_say_the_same() -> None:
    """Two real packages describe one dataset in both ways that CKAN portals store fields."""
    folder = real_data() / "catalogues" / "ckan"
    (new,), _end = read_page((folder / "ckan_full_dataset_dcat_ap.json").read_bytes())
    (old,), _end = read_page((folder / "ckan_full_dataset_dcat_ap_legacy.json").read_bytes())
    predicates = [Counter(line.split(" ", 2)[1] for line in one.graph) for one in (new, old)]
    # The older way has room for one contact and one period, and none for these; in the older file the
    # geometry is the box once more, in the newer another one.
    only_new = {f"{DCT}creator>", f"{DCAT}qualifiedRelation>", f"{DCAT}hadRole>", f"{DCT}relation>",
                "<http://www.w3.org/2006/vcard/ns#hasUID>", "<http://www.w3.org/2006/vcard/ns#hasURL>",
                f"{DCT}identifier>", "<http://www.w3.org/ns/locn#geometry>",
                "<http://www.opengis.net/ont/geosparql#asWKT>"}  # fmt: skip
    assert set(predicates[0]) - set(predicates[1]) <= only_new
    assert set(predicates[1]) <= set(predicates[0])


@pytest.mark.parametrize("name", ["catalog.json", "dataset.json"])
def test_documents_of_another_kind_are_told_apart(name: str) -> None:
    body = (real_data() / "catalogues" / "ckan" / name).read_bytes()
    with pytest.raises(ContentError, match="no package of CKAN"):
        read_page(body)


def test_a_list_of_another_kind_is_quarantined() -> None:
    body = (real_data() / "catalogues" / "ckan" / "catalog_datasets_list.json").read_bytes()
    records, _end = read_page(body)
    assert [record.failed for record in records] == [Outcome.QUARANTINED] * 2


def answers_of_the_genomic_portal() -> list[tuple[str, int, Any]]:
    """The recorded answers, which the files wrap for a mock server: name, status, body."""
    found = []
    for path in sorted((real_data() / "catalogues" / "ckan" / "gdi-health").glob("*.json")):
        response = orjson.loads(path.read_bytes())["response"]
        found.append((path.stem, response["status"], response["jsonBody"]))
    return found


def test_every_answer_of_the_genomic_portal_is_read_or_refused_with_its_message() -> None:
    answers = answers_of_the_genomic_portal()
    assert len(answers) == 16
    for name, _status, body in answers:
        result = body.get("result")
        if body["success"] is not True or not result:
            with pytest.raises(ContentError):
                read_page(orjson.dumps(body))
            continue
        listed = result.get("results", [result]) if isinstance(result, dict) else result
        records, _end = read_page(orjson.dumps(body))
        assert len(records) == len(listed), name
        for record, package in zip(records, listed, strict=True):
            if "id" not in package:
                assert record.failed is Outcome.QUARANTINED
                continue
            assert record.key == package["id"]
            assert strict(record.graph) == []
            series = {one for one in package.get("in_series", []) if one and one.strip()}
            assert count(record, f"{DCAT}inSeries>") == len(series)


# --- ten thousand packages -----------------------------------------------------------------------


@cache
def bulk() -> tuple[list[Mapped], list[PageEnd]]:
    path: Path = real_data() / "catalogues" / "ckan-bulk" / "us-data-gov-2017-10k.jsonl.zst"
    feed = Feed("s", path.as_uri(), harvester.options().load({"site": SITE}))
    records: list[Mapped] = []
    ends: list[PageEnd] = []
    cursor: str | None = None
    while not ends or cursor is not None:
        page = harvester.fetch(feed, GuardedClient(), cursor)
        for item in harvester.map(feed, page):
            if isinstance(item, Mapped):
                records.append(item)
            else:
                ends.append(item)
        cursor = ends[-1].next
    return records, ends


@pytest.mark.slow
def test_all_ten_thousand_packages_map_or_are_sources_of_harvest() -> None:
    records, ends = bulk()
    assert len(records) == 9_952
    assert sum(end.ignored for end in ends) == 48
    assert all(record.failed is None for record in records)
    assert len({record.key for record in records}) == 9_952
    is_one = f" {TYPE} {DCAT}Distribution> ."
    distributions = sum(line.endswith(is_one) for record in records for line in record.graph)
    assert distributions >= 55_128, "a resource was lost"


@pytest.mark.slow
def test_every_statement_of_the_ten_thousand_is_valid() -> None:
    records, _ends = bulk()
    refused = [(record.key, record.graph[at], reason)
               for record in records for at, reason in strict(record.graph)]  # fmt: skip
    assert refused == []


@pytest.mark.slow
def test_the_bytes_of_each_package_are_its_own() -> None:
    records, _ends = bulk()
    for record in records[::97]:
        assert record.raw is not None
        assert orjson.loads(record.raw)["id"] == record.key


@pytest.mark.slow
def test_what_stays_unknown_in_the_ten_thousand_is_listed_by_name() -> None:
    _records, ends = bulk()
    found: list[Finding] = [one for end in ends for one in end.findings]
    unknown = Counter[str]()
    for one in found:
        if one.rule == "ckan.unknown-field":
            unknown[str(one.path)] += one.count
    assert unknown["extras.flcBusinessUrl"] == 139
    assert unknown["extras.sizeSqft"] == 110
    # Of 320,000 values in extras those without a mapping stay below one in a hundred.
    assert sum(unknown.values()) < 3_200
    for meaningful in (
        "spatial",
        "temporal",
        "publisher",
        "license",
        "modified",
        "theme",
        "issued",
    ):
        assert f"extras.{meaningful}" not in unknown
