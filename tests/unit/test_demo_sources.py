"""The list of real portals, held against the contract, ISO 3166 and the registry it was taken from."""

from __future__ import annotations

import io
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import zstandard

from tests.conftest import real_data
from vocab import scheme

FILE = Path(__file__).resolve().parents[2] / "deploy" / "sources" / "europe.toml"
TABLE: dict[str, list[dict[str, str]]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
NODES = {one["id"]: one for one in TABLE["node"]}
SOURCES = TABLE["source"]

# The kinds of source of the public contract that have an address.
KINDS = {
    *("dcat", "ckan", "oai-pmh", "sparql", "ldes", "csw", "croissant", "stac", "data-json"),
    *("schema-org", "fdp", "aiod"),
}
# What `aicat node add` and `aicat source add` take as an id.
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
MEMBER_STATES = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES"),
    *("FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU"),
    *("LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}


def test_there_are_as_many_portals_as_a_person_can_look_through() -> None:
    assert 60 <= len(SOURCES) <= 100


def test_every_source_says_exactly_what_the_head_of_the_file_promises() -> None:
    for one in SOURCES:
        assert set(one) == {"id", "node", "title", "country", "kind", "url"}, one
        assert all(isinstance(value, str) and value.strip() for value in one.values()), one
    for one in TABLE["node"]:
        assert set(one) == {"id", "name", "country", "kind"}, one
        assert one["kind"] == "initiative", one


def test_ids_and_addresses_are_unique_and_acceptable() -> None:
    ids = [one["id"] for one in SOURCES]
    assert len(set(ids)) == len(ids)
    assert len(NODES) == len(TABLE["node"])
    assert [one for one in [*ids, *NODES] if not ID.match(one)] == []
    addresses = [one["url"].rstrip("/") for one in SOURCES]
    assert len(set(addresses)) == len(addresses)


def test_kinds_are_those_of_the_contract() -> None:
    assert {one["kind"] for one in SOURCES} <= KINDS


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one["id"])
def test_an_address_is_public_https_and_of_the_form_of_its_kind(source: dict[str, str]) -> None:
    parts = urlsplit(source["url"])
    assert parts.scheme == "https"
    assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", parts.netloc), parts.netloc
    assert not parts.fragment
    if source["kind"] == "ckan":
        assert "/api/" not in parts.path
        assert not parts.query
    if source["kind"] in {"csw", "oai-pmh"}:
        assert not parts.query


def test_countries_are_iso_codes_and_every_member_state_has_a_portal() -> None:
    known = {code for code in MEMBER_STATES if scheme("country").concept(code)}
    assert known == MEMBER_STATES
    assert {one["country"] for one in SOURCES} == MEMBER_STATES | {"EU"}


def test_every_source_belongs_to_a_node_of_its_country() -> None:
    for one in SOURCES:
        assert NODES[one["node"]]["country"] == one["country"], one["id"]
    assert {one["node"] for one in SOURCES} == set(NODES)


def test_every_address_is_one_that_the_registry_of_portals_names() -> None:
    named = registered()
    strange = {one["id"]: one["url"] for one in SOURCES if one["url"].rstrip("/") not in named}
    assert strange == {}


def registered() -> set[str]:
    """The registry's endpoints of living portals: as they are, without query, and CKAN's roots."""
    path = real_data() / "catalogues" / "registry" / "dataportals-catalogs.jsonl.zst"
    found: set[str] = set()
    with path.open("rb") as packed:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), "utf-8"):
            row: dict[str, Any] = orjson.loads(line)
            if row.get("status") == "active":
                for one in row.get("endpoints", []):
                    found.update(_forms(one["url"]))
    return found


def _forms(address: str) -> set[str]:
    plain = address.partition("?")[0]
    root = re.sub(r"/api/3/action/package_search\Z", "", plain)
    return {one.rstrip("/") for one in (address, plain, root)}
