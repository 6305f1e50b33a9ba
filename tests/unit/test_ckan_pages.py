"""Pages of packages: their forms, what is ignored, unknown, unusable or damaged."""

# ruff: noqa: E501 a table is read row by row
from __future__ import annotations

import json
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.errors import ContentError, UnreadableDocument
from catalogue.model import Mapped, Outcome, Page, PageEnd, Severity
from catalogue.ports import Feed
from harvesters.ckan import harvester
from harvesters.ckan.answers import LINES
from harvesters.ckan.fields import PACKAGE, RESOURCE
from harvesters.ckan.names import ALIASES, BOOKKEEPING, COMPOSED, RESOURCE_ALIASES
from harvesters.ckan.packages import key_of
from tests.unit.ckan_graphs import SITE, feed, mapping, one, says, unknown

A, B = {"id": "a", "title": "A"}, {"id": "b", "title": "B"}


def read(
    body: Any, cursor: str = "document", media_type: str = "application/json", **more: Any
) -> tuple[list[Mapped], PageEnd]:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    page = Page(cursor, f"{SITE}/x.json", media_type, raw, **more)
    found = list(harvester.map(feed(), page))
    assert isinstance(found[-1], PageEnd)
    return [one for one in found if isinstance(one, Mapped)], found[-1]


def keys(body: Any, **more: Any) -> list[str]:
    return [record.key for record in read(body, **more)[0]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"success": True, "result": {"count": 2, "results": [A, B]}}, ["a", "b"]),
        ({"count": 2, "results": [A, B]}, ["a", "b"]),
        ({"success": True, "result": A}, ["a"]),
        ({"success": True, "result": [A]}, ["a"]),  # DKAN's package_show
        ({"success": True, "result": [[A, B]]}, ["a", "b"]),  # DKAN's list with resources
        ({"success": True, "result": [A, B]}, ["a", "b"]),
        (A, ["a"]),
        ([A, B], ["a", "b"]),
        ([{"success": True, "result": A}, {"success": True, "result": [B]}], ["a", "b"]),
        ({"success": True, "result": {"count": 0, "results": []}}, []),
        ([], []),
        ({"name": "only-a-name", "resources": []}, ["only-a-name"]),
    ],
)
def test_answers_of_every_form_are_read(body: Any, expected: list[str]) -> None:
    assert keys(body) == expected


def test_lines_of_packages_are_read_one_by_one() -> None:
    lines = b"\xef\xbb\xbf" + orjson.dumps(A) + b"\r\n\n{damaged\n" + orjson.dumps(B)
    records, end = read(lines, media_type=LINES, following="file:0:99")
    assert [record.failed for record in records] == [None, Outcome.QUARANTINED, None]
    assert [record.key for record in records][::2] == ["a", "b"]
    assert records[1].raw == b"{damaged"
    assert end.next == "file:0:99"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  ", "empty"),
        (b"<!doctype html><title>Log in</title>", "web page"),
        (b"\xef\xbb\xbf\n<html>", "web page"),
        (b'{"success": false, "error": {"__type": "Search Error", "message": "no fq"}}', "Search Error: message: no fq"),
        (b'{"success": false, "error": "down"}', "down"),
        (b'{"dataset": [], "conformsTo": "x"}', "data.json"),
        (b'{"@context": {}}', "JSON-LD"),
        (b'{"success": true, "result": null}', "no package"),
        (b'["a", "b"]', "no package"),
        (b'"text"', "no package"),
        (b"3", "no package"),
    ],
)  # fmt: skip
def test_what_holds_no_packages_is_a_content_error_that_says_why(body: bytes, reason: str) -> None:
    with pytest.raises(ContentError, match=reason):
        read(body)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"results": [{"id": "a"']
)
def test_damaged_or_bottomless_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read(body)


def test_a_deep_value_within_a_package_is_survived() -> None:
    value: Any = "x"
    for _level in range(400):
        value = [value]
    (record,), _end = read(json.dumps({"id": "a", "title": "A", "odd": value}).encode())
    assert record.failed is None
    assert record.raw is not None
    assert json.loads(record.raw)["title"] == "A"


@pytest.mark.parametrize(
    "body",
    [
        b'[{"id": "a", "title": "half \\ud83d"}]',
        b'[{"id": "a", "title": "A", "size": NaN}]',
        b'[{"id": "a", "title": "A", "size": 1e999}]',
        '[{"id": "a", "title": "A"}]'.encode("utf-16"),
        b'[{"id": "a", "title": "caf\xe9"}]',
    ],
)
def test_json_that_is_nearly_right_is_read_with_a_finding_or_by_its_mark(body: bytes) -> None:
    (record,), end = read(body)
    assert record.key == "a"
    assert record.raw is not None
    assert orjson.loads(record.raw)["id"] == "a"
    assert [found.rule for found in end.findings if "repaired" in found.rule]
    assert all(_parses(line) for line in record.graph)


# --- paging --------------------------------------------------------------------------------------


def page_of(packages: list[Any], count: int, cursor: str, following: str | None = None) -> PageEnd:
    return read({"count": count, "results": packages}, cursor, following=following)[1]


def test_the_next_page_begins_behind_what_came() -> None:
    end = page_of([A, B], 5, "search:0", "search:250")
    assert (end.next, end.total) == ("search:2", 5)
    assert page_of([A, B], 4, "search:2").next is None
    assert page_of([], 5, "search:4").next is None, "an empty page must not be asked for for ever"


def test_a_list_ends_with_a_page_that_is_not_full() -> None:
    assert page_of([A, B], 0, "list:0", "list:2").next == "list:2"
    assert page_of([A], 0, "list:2", "list:4").next is None
    assert page_of([A, B], 0, "list:0", "list:1").next is None, "the portal knows no paging"


def test_documents_declare_no_total() -> None:
    assert page_of([A], 3, "document").total is None


# --- what is listed beside datasets --------------------------------------------------------------


@pytest.mark.parametrize(
    "beside",
    [
        {"type": "harvest"},
        {"type": "showcase"},
        {"private": True},
        {"private": "True"},
        {"state": "deleted"},
        {"state": "draft"},
        {"state": "draft-complete"},
    ],
)
def test_what_is_no_public_dataset_is_counted_as_ignored(beside: dict[str, Any]) -> None:
    records, end = mapping([{**A, **beside}, B])
    assert [record.key for record in records] == ["b"]
    assert end.ignored == 1
    assert [(found.rule, found.count) for found in end.findings] == [("ckan.ignored", 1)]


def test_dkan_calls_its_public_datasets_private() -> None:
    assert keys({"success": True, "result": [{**A, "private": True, "state": "Active"}]}) == ["a"]


@pytest.mark.parametrize(
    "package",
    [
        {"title": "no id"},
        {"id": ""},
        {"id": None, "name": " "},
        "text",
        3,
        None,
        [1],
        {"id": ["x"]},
    ],
)
def test_what_is_no_package_is_quarantined_with_its_bytes(package: Any) -> None:
    (bad, good), _end = mapping([package, A])
    assert bad.failed is Outcome.QUARANTINED
    assert bad.graph == []
    assert bad.raw is not None
    assert orjson.loads(bad.raw) == package
    assert bad.key
    assert bad.findings[0].severity is Severity.VIOLATION
    assert good.failed is None
    assert mapping([package])[0][0].key == bad.key, "the key comes from the content"


def test_a_fault_of_ours_costs_one_record_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_details: Any) -> None:
        raise ZeroDivisionError("stumbled")

    monkeypatch.setitem(PACKAGE, "frequency", stumble)
    (bad, good), _end = mapping([{**A, "frequency": "x"}, B])
    assert (bad.key, bad.failed, bad.graph) == ("a", Outcome.FAILED, [])
    assert "ZeroDivisionError: stumbled" in bad.findings[0].message
    assert (good.key, good.failed) == ("b", None)


# --- what nobody understands ---------------------------------------------------------------------


def test_unknown_fields_are_counted_by_name() -> None:
    odd = {
        "shoe_size": 43,
        "extras": [{"key": "foo", "value": "bar"}],
        "resources": [{"id": "r", "wat": "x"}],
    }
    _records, end = mapping(
        [{**A, **odd}, {**B, **odd}, {"id": "c", "title": "C", "shoe_size": None}]
    )
    found = {one.path: one for one in end.findings}
    assert {path: one.count for path, one in found.items()} == {
        "shoe_size": 2,
        "extras.foo": 2,
        "resources.wat": 2,
    }
    example = found["extras.foo"]
    assert (example.rule, example.value, example.key) == ("ckan.unknown-field", "bar", "a")
    assert example.severity is Severity.INFO


def test_bookkeeping_is_not_reported() -> None:
    assert unknown(dict.fromkeys(BOOKKEEPING, "x")) == {}
    assert one(dict.fromkeys(BOOKKEEPING, "x")).graph == one({}).graph


def test_a_flood_of_unknown_fields_is_bounded() -> None:
    _records, end = mapping([{**A, **{f"field{number}": 1 for number in range(5000)}}])
    assert len(end.findings) <= 1001
    assert sum(found.count for found in end.findings) == 5000


_CONTEXT: dict[str, dict[str, Any]] = {
    "publisher_note": {"publisher_name": "P"}, "license_title": {}, "format": {"access_url": "https://example.org/a"},
    "publisher_hierarchy": {"publisher": "P"}, "name": {"title": ""},
}  # fmt: skip
_VALUES: dict[str, Any] = {
    "bbox": [{"west": 1, "south": 1, "east": 2, "north": 2}],
    "dataset-reference-date": '[{"type": "creation", "value": "2020"}]',
    "groups": [{"name": "g"}], "organization": {"id": "o", "title": "O"},
    "graphic-preview-file": "https://example.org/p.png",
    "provenance_activity": [{"label": "x"}], "qualified_attribution": [{"role": "x"}],
    "qualified_relation": [{"relation": "https://example.org/r"}],
    "resources": [{"id": "r"}], "retention_period": [{"start": "2020"}],
    "spatial": "1 1 2 2", "spatial_bbox": "1 1 2 2", "spatial_centroid": "POINT(1 1)",
    "publisher_hierarchy": "A > B",
}  # fmt: skip
# Used for identity, state or ownership, or only with others; tested by themselves.
_SILENT = {"id", "private", "state", "type", "owner_org", "bbox-east-long", "bbox-north-lat",
           "bbox-south-lat", "bbox-west-long", "extra_groups", "extra_keyword", "extra_organization", "extra_tags", "extras"}  # fmt: skip


@pytest.mark.parametrize("name", sorted((set(PACKAGE) | COMPOSED | set(ALIASES)) - _SILENT))
def test_no_field_is_called_known_without_being_read(name: str) -> None:
    """A known field changes the graph or is complained of; else it would be lost in silence."""
    meant = ALIASES.get(name, name)
    value = _VALUES[name] if name in _VALUES else _VALUES.get(meant, "https://example.org/x")
    context = {"name": "n", "title": "t", **_CONTEXT.get(name, {})}
    before, after = one(context), one({**context, name: value})
    assert after.graph != before.graph or after.findings != before.findings


@pytest.mark.parametrize("name", sorted(set(RESOURCE) | set(RESOURCE_ALIASES)))
def test_no_field_of_a_resource_is_called_known_without_being_read(name: str) -> None:
    before = one({"title": "t", "resources": [{"id": "r"}]})
    after = one({"title": "t", "resources": [{"id": "r", name: "https://example.org/x"}]})
    assert after.graph != before.graph or after.findings != before.findings


# --- unchanged, stable, valid --------------------------------------------------------------------


def test_a_package_whose_bytes_are_known_is_not_mapped_again() -> None:
    (first, second), _end = mapping([A, B])
    known = {first.key: first.raw}
    body = orjson.dumps([A, {**B, "title": "new"}])
    watching = Feed("source", SITE, {}, lambda key, raw: known.get(key) == raw)
    found = list(harvester.map(watching, Page("search:0", SITE, "application/json", body)))
    records = [record for record in found if isinstance(record, Mapped)]
    assert [record.unchanged for record in records] == [True, False]
    assert records[0].graph == []
    assert (records[0].subject, records[0].key) == (first.subject, "a")
    assert records[1].raw != second.raw


def test_the_site_of_the_iris_is_set_told_or_addressed() -> None:
    told = {
        "help": "https://told.example.org/api/3/action/help_show?name=x",
        "success": True,
        "result": A,
    }
    body = orjson.dumps(told)

    def subject(url: str, cursor: str, **options: Any) -> str:
        page = Page(cursor, url, "application/json", body)
        record = next(iter(harvester.map(feed(url, **options), page)))
        assert isinstance(record, Mapped)
        return record.subject

    here = "https://here.example.org"
    assert subject(here, "search:0") == "<https://here.example.org/dataset/a>"
    assert subject(f"{here}/api/3", "search:0") == "<https://here.example.org/dataset/a>"
    assert subject(f"{here}/x.json", "document") == "<https://told.example.org/dataset/a>"
    assert subject(f"{here}/x.json", "document", site=f"{SITE}/") == f"<{SITE}/dataset/a>"
    assert subject("file:///x.json", "file:0:0") == "<https://told.example.org/dataset/a>"


def test_a_file_that_names_no_portal_still_gives_lasting_iris() -> None:
    page = Page("file:0:0", "file:///x.json", "application/json", orjson.dumps(A))
    subjects = [
        record.subject
        for source in ("s1", "s1", "s2")
        for record in harvester.map(Feed(source, "file:///x.json"), page)
        if isinstance(record, Mapped)
    ]
    assert subjects[0] == subjects[1] != subjects[2]
    assert subjects[0].startswith("<urn:uuid:")


@pytest.mark.parametrize("ident", ["a/b", "a b", "ä", "../..", "a#b?c", "<x>", "a" * 3000])
def test_ids_cannot_break_out_of_their_address(ident: str) -> None:
    (record,), _end = mapping([{"id": ident, "title": "t", "resources": [{"id": ident}]}])
    assert record.key == ident
    assert record.subject.startswith(f"<{SITE}/dataset/")
    assert "/" not in record.subject.removeprefix(f"<{SITE}/dataset/")
    assert all(_parses(line) for line in record.graph)


def _parses(line: str) -> bool:
    (triple,) = ox.parse(line.encode(), ox.RdfFormat.N_TRIPLES)
    # Canonical form: what the engine writes is what we wrote.
    written = ox.serialize([triple], format=ox.RdfFormat.N_TRIPLES)
    return written is not None and written.decode() == f"{line}\n"


_NAMES = sorted(set(PACKAGE) | COMPOSED | set(ALIASES) | {"title", "unknown"})
_RESOURCE_NAMES = sorted(
    set(RESOURCE) | {"url", "hash", "mimetype", "access_services", "uri", "created"}
)
_TEXTS = st.text(max_size=20) | st.sampled_from(
    ["https://example.org/a b", "http://[", "2024-05-01", "1 2 3 4", '{"de": "x"}', '["a", {"b": 1}]', "{a,b}",
     '[{"name": "x", "email": "a@b.example"}]', '{"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4],[1,4],[1,2]]]}']
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "uri", "de", "en", "email", "url", "start", "end", "geom", "type", "coordinates",
                         "identifier", "agent", "relation", "title", "key", "value", "body", "id", "roles"]),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip
_PACKAGES = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=8)},
    optional={
        "resources": _JSON | st.lists(st.dictionaries(st.sampled_from(_RESOURCE_NAMES), _JSON, max_size=5), max_size=2),
        "extras": _JSON
        | st.lists(st.fixed_dictionaries({"key": st.sampled_from(_NAMES), "value": _JSON}), max_size=4),
    },
)  # fmt: skip


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(_PACKAGES, st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=6))
def test_whatever_a_package_holds_its_statements_are_valid_and_the_same_again(
    base: dict[str, Any], fields: dict[str, Any]
) -> None:
    package = {**fields, **base}
    (records, end), (again, _end) = mapping([package]), mapping([package])
    assert len(records) + end.ignored == 1
    for record in records:
        assert record.failed is None or not key_of(package)
        assert all(_parses(line) for line in record.graph)
        assert not any("_:" in line.split('"')[0] for line in record.graph)
        assert len(set(record.graph)) == len(record.graph)
        assert again[0].graph == record.graph
        assert again[0].raw == record.raw


def test_everything_hangs_from_the_subject() -> None:
    package = {
        "title": "t",
        "organization": {"id": "o", "title": "O"},
        "groups": [{"name": "g", "title": "G"}],
        "contact": [{"name": "C"}],
        "spatial": "1 1 2 2",
        "responsible-party": [{"name": "x", "roles": ["owner"]}],
        "resources": [{"id": "r", "hash": "ab", "access_services": [{"title": "s"}]}],
    }
    record = one(package)
    says(package, '$ dct:title "t"')
    reached, fresh = {record.subject}, {record.subject}
    while fresh:
        fresh = {
            line.split(" ", 2)[2][:-2] for line in record.graph if line.split(" ")[0] in fresh
        } - reached
        reached |= fresh
    assert {line.split(" ")[0] for line in record.graph} <= reached
