"""Values of CKAN's fields: lists, languages, dates, numbers, addresses."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.ckan.draft import Draft
from harvesters.ckan.values import decimal, duration, is_empty, items, moment, spoken, whole

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("value", "members"),
    [
        (None, []),
        ("", []),
        ("[]", []),
        (["", None, [], {}], []),
        ("a", ["a"]),
        (["a", "b"], ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("{a,b}", ["a", "b"]),
        ('{"a b",c}', ["a b", "c"]),
        ([["a"], "b"], ["a", "b"]),
        ({"x": 1}, [{"x": 1}]),
        ('[{"x": 1}]', [{"x": 1}]),
        ("[{&quot;x&quot;: 1}]", [{"x": 1}]),
        ("[not json", ["[not json"]),
        (0, [0]),
        (False, [False]),
    ],
)
def test_lists_are_read_in_every_spelling(value: Any, members: list[Any]) -> None:
    assert items(value) == members


def test_commas_cut_only_where_they_are_asked_to() -> None:
    assert items("a, b,,c", commas=True) == ["a", "b", "c"]
    assert items("a, b") == ["a, b"]


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("Air", [("Air", "")]),
        ({"de": "Luft", "en": ""}, [("Luft", "de")]),
        ({"pt_BR": "Ar", "zh-Hans": "x"}, [("Ar", "pt-br"), ("x", "zh-hans")]),
        ('{"de": "Luft"}', [("Luft", "de")]),
        ({"de": ["a", "b"]}, [("a", "de"), ("b", "de")]),
        ({"display_name": "English", "name": "en"}, [("English", "")]),
        ("{unbalanced", [("{unbalanced", "")]),
        ({}, []),
        (None, []),
    ],
)
def test_texts_come_with_their_language(value: Any, texts: list[tuple[str, str]]) -> None:
    assert list(spoken(value)) == texts


@pytest.mark.parametrize(
    ("value", "text", "datatype"),
    [
        ("2024-05-01", "2024-05-01", "date"),
        ("2014-03-08Z", "2014-03-08Z", "date"),
        ("2014-03-08+01:00", "2014-03-08+01:00", "date"),
        ("20091231", "2009-12-31", "date"),
        ("1982", "1982", "gYear"),
        (1982, "1982", "gYear"),
        ("2024-05", "2024-05", "gYearMonth"),
        ("2024-05-01T01:20:33", "2024-05-01T01:20:33", "dateTime"),
        ("2024-05-01T01:20:33.1234567Z", "2024-05-01T01:20:33.1234567Z", "dateTime"),
        ("2024-05-01T01:20:33+02:00", "2024-05-01T01:20:33+02:00", "dateTime"),
        ("2012-05-10T21:04", "2012-05-10T21:04:00", "dateTime"),
        ("2019-09-30 22:00:00", "2019-09-30T22:00:00", "dateTime"),
        ("2019-09-30T22:00:00+0200", "2019-09-30T22:00:00+02:00", "dateTime"),
    ],
)
def test_dates_of_iso_8601_are_typed(value: Any, text: str, datatype: str) -> None:
    assert moment(value) == f'"{text}"^^<{XSD}{datatype}>'


@pytest.mark.parametrize(
    "value",
    [
        "jeu, 19/12/2019 - 03:00",
        "14-Jan-2010",
        "1998-00-00",
        "2024-02-30",
        "2024-13",
        "2016-05-16TAs Updated.",
        "R/P1Y",
        "0000",
        "２０２４",
        "2024-05-01T25:00:00",
        "2024-05-01+99:00",
        "",
        "20241340",
        "12345",
    ],
)
def test_anything_else_is_no_date(value: str) -> None:
    assert moment(value) is None


def _canonical_by_engine(term: str) -> bool:
    """Whether a second parser of XML Schema's types takes the lexical form (it then computes)."""
    query = f"SELECT (YEAR(?v) AS ?y) WHERE {{ VALUES ?v {{ {term} }} }}"
    (row,) = list(ox.Store().query(query))  # type: ignore[arg-type]
    return row[0] is not None


@given(st.datetimes(), st.sampled_from(["", "Z", "+01:00", " "]))
def test_every_time_python_writes_is_a_valid_date_time(at: datetime, zone: str) -> None:
    text = at.isoformat(" " if zone == " " else "T") + zone.strip()
    term = moment(text)
    assert term is not None
    assert _canonical_by_engine(term)


@given(st.dates())
def test_every_date_is_a_valid_date(day: date) -> None:
    assert moment(day.isoformat()) == f'"{day.isoformat()}"^^<{XSD}date>'


@given(st.text(alphabet="0123456789-T:.Z+ ", max_size=30))
def test_what_is_typed_as_a_time_is_one(text: str) -> None:
    term = moment(text)
    if term is not None and term.endswith("dateTime>"):
        assert _canonical_by_engine(term)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(12, "12"), ("007", "7"), ("5.0", "5"), (0, "0"), ("-1", None), ("42 octets", None), (True, None),
     ("1e3", None), ("", None), ("٣", None), (3.0, "3"), (3.5, None)],
)  # fmt: skip
def test_whole_numbers(value: Any, expected: str | None) -> None:
    assert whole(value) == (expected and f'"{expected}"^^<{XSD}nonNegativeInteger>')


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.5, "1.5"), ("10", "10"), ("-0.5", "-0.5"), (1e-05, "0.00001"), ("1,5", None), ("NaN", None),
     (True, None), (float("inf"), None)],
)  # fmt: skip
def test_decimals(value: Any, expected: str | None) -> None:
    assert decimal(value) == (expected and f'"{expected}"^^<{XSD}decimal>')


@pytest.mark.parametrize(
    ("value", "valid"),
    [("P1D", True), ("PT15M", True), ("P1Y2M3DT4H5M6.7S", True), ("P", False), ("PT", False),
     ("P1DT", False), ("1 day", False), ("P1W", False), ("-P1D", True)],
)  # fmt: skip
def test_durations(value: str, valid: bool) -> None:
    assert (duration(value) is not None) == valid


@given(
    st.recursive(
        st.none() | st.just("") | st.just(" "),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_holds_nothing_is_empty(value: Any) -> None:
    assert is_empty(value)
    assert items(value) == []


@pytest.mark.parametrize("value", [0, False, 0.0, "0", [0], {"a": False}])
def test_zero_and_false_say_something(value: Any) -> None:
    assert not is_empty(value)


# --- addresses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "term", "rules"),
    [
        ("https://example.org/a", "<https://example.org/a>", []),
        (" https://example.org/a ", "<https://example.org/a>", []),
        ("HTTP://Example.org/a", "<HTTP://Example.org/a>", []),
        ("ftp://example.org/a", "<ftp://example.org/a>", []),
        ("https://example.org/ä", "<https://example.org/ä>", []),
        ("urn:isbn:1", "<urn:isbn:1>", []),
        ("https://example.org/a b", "<https://example.org/a%20b>", ["rdf.iri-repaired"]),
        ("https://example.org/{x}|y", "<https://example.org/%7Bx%7D%7Cy>", ["rdf.iri-repaired"]),
        ("https://example.org/50%", "<https://example.org/50%25>", ["rdf.iri-repaired"]),
        (
            "https://example.org/?f[a]=1#b[",
            "<https://example.org/?f%5Ba%5D=1#b%5B>",
            ["rdf.iri-repaired"],
        ),
        ("https://example.org/#a#b", "<https://example.org/#a%23b>", ["rdf.iri-repaired"]),
        ("www.example.org/a", "<http://www.example.org/a>", ["rdf.iri-repaired"]),
        ("http://[::1]:80/x", "<http://[::1]:80/x>", []),
        ("n1049372e768c", None, ["ckan.bad-url"]),
        ("N/A", None, ["ckan.bad-url"]),
        ("http://", None, ["ckan.bad-url"]),
        ("https:/example.com/x", None, ["ckan.bad-url"]),
        ("http://(internal only)", None, ["ckan.bad-url"]),
        ("http://a b.example.org/", None, ["ckan.bad-url"]),
        ("http://[x]/", None, ["ckan.bad-url"]),
        ("http://example.org:port/", None, ["ckan.bad-url"]),
        ("dods://data.example.org/x", "<dods://data.example.org/x>", []),
        ("javascript://example.org/%0aalert(1)", None, ["ckan.bad-url"]),
        ("file:///etc/passwd", None, ["ckan.bad-url"]),
        ("javascript:alert(1)", None, ["ckan.bad-url"]),
        ("data:text/html,x", None, ["ckan.bad-url"]),
        ("note: see below", None, ["ckan.bad-url"]),
        ("C:\\data\\file.csv", None, ["ckan.bad-url"]),
    ],
)
def test_addresses_are_kept_mended_or_left_out_with_a_finding(
    value: str, term: str | None, rules: list[str]
) -> None:
    draft = Draft("https://example.org/d", "")
    assert draft.iri(value, "url") == term
    assert [found.rule for found in draft.findings] == rules
    if rules:
        assert draft.findings[0].value == value.strip()


@given(
    st.text(max_size=40),
    st.sampled_from(["http://", "https://", "ftp://", "urn:", "doi:", "mailto:a@b.c", ""]),
)
def test_every_address_that_is_kept_is_one_to_a_strict_parser(rest: str, start: str) -> None:
    term = Draft("https://example.org/d", "").iri(start + rest, "url")
    if term is not None:
        line = f"<https://example.org/s> <https://example.org/p> {term} .".encode()
        assert len(list(ox.parse(line, ox.RdfFormat.N_TRIPLES))) == 1


def test_several_mail_addresses_in_one_text_are_several() -> None:
    draft = Draft("https://example.org/d", "")
    draft.mail("<s:s>", "<p:p>", "a@example.org or b@example.org; c d", "m")
    assert draft.lines == [
        "<s:s> <p:p> <mailto:a@example.org> .",
        "<s:s> <p:p> <mailto:b@example.org> .",
    ]
    assert draft.findings == []


def test_local_nodes_never_meet() -> None:
    draft = Draft("https://example.org/d", "")
    assert draft.local("<https://example.org/d>", "x") == "<https://example.org/d#x>"
    assert draft.local("<https://example.org/d>", "x") == "<https://example.org/d#x-2>"
    assert draft.local("<https://example.org/d#x>", "y") == "<https://example.org/d#x-y>"


def test_findings_of_one_record_have_an_end() -> None:
    draft = Draft("https://example.org/d", "")
    for number in range(1000):
        draft.iri(f"no address {number}", "url")
    assert len(draft.findings) == 200
