"""Solr's syntax: what each text means, and that what cannot be read is told with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.search import solr
from catalogue.search.moments import moment
from catalogue.search.query import And, Boost, Not, Or, Query, Term, Terms
from catalogue.search.solr import Anything, Phrase, Span, UnusableQuery, Value, Word

NOW = datetime(2026, 3, 31, 13, 45, 12, 500, tzinfo=UTC)


def leaf(field: str | None, value: Value) -> Query:
    """A value as a term that shows what was read."""
    match value:
        case Word(text, begins):
            return Term(field or "", f"{text}…" if begins else text)
        case Phrase(text):
            return Term(field or "", f"“{text}”")
        case Anything():
            return Term(field or "", "*")
        case Span(low, high, with_low, with_high):
            return Term(
                field or "", f"{'[' if with_low else '{'}{low} {high}{']' if with_high else '}'}"
            )


def read(text: str) -> Query | None:
    return solr.parse(text, leaf)


A, B, C = Term("", "a"), Term("", "b"), Term("", "c")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", None),
        ("  ", None),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a && b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a || b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("+a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("!a", Not(A)),
        ("NOT (a OR b)", Not(Or((A, B)))),
        ("-f:(a b)", Not(And((Term("f", "a"), Term("f", "b"))))),
        ("f:(a OR b)", Or((Term("f", "a"), Term("f", "b")))),
        ("f:(a OR g:b)", Or((Term("f", "a"), Term("g", "b")))),
        ("*:*", Term("*", "*")),
        ("f:*", Term("f", "*")),
        ("wat*", Term("", "wat…")),
        (r"wat\*", Term("", "wat*")),
        (r"f:a\:b", Term("f", "a:b")),
        ('f:"a b"', Term("f", "“a b”")),
        (r'f:"say \"a\""', Term("f", '“say "a"”')),
        ("a^2 b^0.5", And((Boost(A, 2.0), Boost(B, 0.5)))),
        ("(a b)^3", Boost(And((A, B)), 3.0)),
        ("f:[a TO b]", Term("f", "[a b]")),
        ("f:{a TO b]", Term("f", "{a b]")),
        ("f:[* TO *]", Term("f", "[None None]")),
        (
            "f:[2024-01-01T00:00:00Z TO *]",
            Term("f", "[2024-01-01T00:00:00Z None]"),
        ),
        ('f:["a b" TO "c"]', Term("f", "[a b c]")),
        ("ANDROID ORder NOTe", And((Term("", "ANDROID"), Term("", "ORder"), Term("", "NOTe")))),
        ("pm2.5 c++ data.europa.eu", And((Term("", "pm2.5"), Term("", "c++"), Term("", "data.europa.eu")))),
    ],
)  # fmt: skip
def test_a_text_means(text: str, query: Query | None) -> None:
    assert read(text) == query


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("f:", "at the end"),
        ("f:(a", "not closed"),
        ("a)", "character 2"),
        ("()", "hold nothing"),
        ("a OR", "OR stands between"),
        ("OR a", "OR stands between"),
        ("a AND", "AND stands between"),
        ("AND a", "AND stands between"),
        ("a AND AND b", "AND stands between"),
        ('"a', "no value"),
        ("[a TO", "no value"),
        ("f:2024-01-01T00:00:00Z", "quotes"),
        ("wa*er", "end of a word"),
        ("wat?", "end of a word"),
        ("*ter", "end of a word"),
        ("a~2", "nearness"),
        ('"a b"~2', "nearness"),
        ("{!lucene}a", "local parameters"),
        ("a^", "no value"),
        ("(" * 26 + "a" + ")" * 26, "25 parentheses"),
        ("a " * 1001, "1000 values"),
        ("a" * 10_001, "10000 characters"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, told: str) -> None:
    with pytest.raises(UnusableQuery, match=told):
        read(text)


def test_many_values_of_a_field_are_one_condition() -> None:
    found = solr.parse("f:(a OR b OR c)", lambda field, value: Terms(field or "", (value.text,)))  # type: ignore[union-attr]
    assert found == Terms("f", ("a", "b", "c"))


@given(st.text(alphabet=st.sampled_from('ab:*?()[]{}"\\^~+-!&|ANDORT \t'), max_size=60))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    try:
        read(text)
    except UnusableQuery as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024", "2024-01-01T00:00:00"),
        ("2024-05", "2024-05-01T00:00:00"),
        ("2024-05-31", "2024-05-31T00:00:00"),
        ("2024-05-31T10:00:00Z", "2024-05-31T10:00:00"),
        ("2024-05-31T10:00:00.123456789Z", "2024-05-31T10:00:00.123456"),
        ("2024-05-31T10:00:00+02:00", "2024-05-31T08:00:00"),
        ("NOW", "2026-03-31T13:45:12.000500"),
        ("NOW/DAY", "2026-03-31T00:00:00"),
        ("NOW-7DAYS", "2026-03-24T13:45:12.000500"),
        ("NOW/YEAR+1MONTH", "2026-02-01T00:00:00"),
        ("NOW-1MONTH/DAY", "2026-02-28T00:00:00"),
        ("NOW-1YEAR/MONTH", "2025-03-01T00:00:00"),
    ],
)
def test_times_are_read_as_solr_writes_them(text: str, time: str) -> None:
    assert moment(text, NOW) == datetime.fromisoformat(time).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "x", "2024-13-01", "2024-05-31T25:00:00Z", "NOW-1", "NOW-1FORTNIGHT", "NOW/WEEKISH",
     "NOW-999999YEARS", "now", "٢٠٢٤"],
)  # fmt: skip
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment(text, NOW) is None
