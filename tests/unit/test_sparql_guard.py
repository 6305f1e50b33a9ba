"""What a query is, and what is refused before an engine sees it."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import InvalidParameter, InvalidQuery
from catalogue.sparql.formats import choose
from catalogue.sparql.guard import DEEPEST, Form, screen


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", Form.SELECT),
        (
            "# INSERT\nPREFIX service: <http://service/>\nask { service:a service:b 'SERVICE' }",
            Form.ASK,
        ),
        (
            "BASE <http://x/insert> PREFIX load: <y#> CONSTRUCT WHERE { ?s load:from ?o }",
            Form.CONSTRUCT,
        ),
        ('DESCRIBE <http://x/> # SERVICE "', Form.DESCRIBE),
        ('SELECT ?service { ?service ?from """a " SERVICE { \'""" }', Form.SELECT),
        ("SELECT (COUNT(*) AS ?load) { ?s ?p 'it\\'s SERVICE' }", Form.SELECT),
        ("SELECT * { ?s <http://x/SERVICE> ?o FILTER(?o < 3 && ?o > 1) }", Form.SELECT),
    ],
)
def test_keywords_in_strings_iris_comments_and_names_are_no_keywords(text: str, form: Form) -> None:
    assert screen(text) is form


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://x/> {} }",
        "SELECT * { { sErViCe SILENT ?x {} } }",
        "SELECT * { ?s ?p 'a'.SERVICE<http://x/>{} }",
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "PREFIX a: <b:> DELETE WHERE { ?s ?p ?o }",
        "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "LOAD <http://x/>",
        "CLEAR ALL",
        "SELECT * FROM <http://x/> {}",
        "SELECT * FROM NAMED <http://x/> {}",
        "",
        "hello",
        "SELECT * " + "{" * (DEEPEST + 1) + "}" * (DEEPEST + 1),
        "SELECT (" + "!" * 30_000 + "true AS ?x) {}",
        "SELECT * {}" + " " * 1_000_001,
    ],
)
def test_what_must_not_run_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery):
        screen(text)


def test_a_refusal_names_the_place() -> None:
    with pytest.raises(InvalidQuery) as caught:
        screen("SELECT *\n{\n  SERVICE <http://x/> {} }")
    assert (caught.value.line, caught.value.column) == (3, 3)


@given(st.text(max_size=300))
def test_any_text_is_screened_or_refused(text: str) -> None:
    try:
        screen(text)
    except InvalidQuery:
        return


# Whatever pieces a query is made of, one that the engine takes for a SERVICE is never let through.
PIECES = st.lists(
    st.sampled_from(
        [
            "'",
            '"',
            "'''",
            '"""',
            "\\",
            "#",
            "\n",
            "<",
            ">",
            "a:b",
            "?x",
            "SERVICE",
            "{",
            "}",
            " ",
            ".",
            "<x:y>",
        ]
    ),
    max_size=12,
)


@given(PIECES)
def test_no_quoting_hides_a_service_that_the_engine_would_follow(pieces: list[str]) -> None:
    text = f"SELECT * {{ ?s ?p ?o {''.join(pieces)} }}"
    try:
        screen(text)
    except InvalidQuery:
        return
    try:
        ox.Store().query(text)
    except SyntaxError:
        return
    except OSError as error:  # what following a SERVICE raises
        raise AssertionError(text) from error


@pytest.mark.parametrize(
    ("form", "accept", "chosen"),
    [
        (Form.SELECT, "", ("application/sparql-results+json", "json")),
        (Form.SELECT, "text/csv;q=0.9, */*;q=0.1", ("text/csv", "csv")),
        (Form.SELECT, "text/*", ("text/xml", "xml")),
        (
            Form.ASK,
            "text/csv, application/sparql-results+xml;q=0.2",
            ("application/sparql-results+xml", "xml"),
        ),
        (Form.CONSTRUCT, "", ("text/turtle", "turtle")),
        (
            Form.DESCRIBE,
            "application/sparql-results+json, application/ld+json;q=0.2",
            ("application/ld+json", "jsonld"),
        ),
    ],
)
def test_the_form_of_an_answer_fits_the_query(
    form: Form, accept: str, chosen: tuple[str, str]
) -> None:
    assert choose(form, accept) == chosen


def test_a_form_that_nobody_writes_is_refused() -> None:
    with pytest.raises(InvalidParameter) as caught:
        choose(Form.ASK, "text/csv")
    assert caught.value.name == "accept"
