"""RDF that was made to harm, or was made badly."""

from __future__ import annotations

import pytest

from catalogue.errors import ContentError, UnreadableDocument
from catalogue.rdf.parse import parse

XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/terms/">'


def test_a_billion_laughs_are_refused_before_they_are_expanded() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>{XML}<d:a>&l9;</d:a></rdf:RDF>'
    with pytest.raises(UnreadableDocument, match="multiply"):
        parse(document.encode(), "application/rdf+xml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_external_entities_are_refused_in_any_encoding(encoding: str) -> None:
    document = (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{XML}<d:a>&e;</d:a></rdf:RDF>'
    )
    with pytest.raises(UnreadableDocument, match="external"):
        parse(document.encode(encoding), "application/rdf+xml")


@pytest.mark.parametrize(
    "document",
    [
        XML + "<d:a>" * 100_000 + "</d:a>" * 100_000 + "</rdf:RDF>",
        '{"a":' * 100_000 + "1" + "}" * 100_000,
    ],
)
def test_extreme_nesting_is_a_clean_error(document: str) -> None:
    with pytest.raises(UnreadableDocument):
        parse(document.encode(), "")


def test_a_remote_context_is_not_fetched_but_named() -> None:
    with pytest.raises(UnreadableDocument, match="remote"):
        parse(b'{"@context": "http://127.0.0.1:9/c.jsonld", "a": 1}', "application/ld+json")


def test_a_web_page_is_no_rdf() -> None:
    with pytest.raises(ContentError, match="web page"):
        parse(b"<!DOCTYPE html><html><body>Log in</body></html>", "text/turtle")


def test_a_space_in_an_iri_is_encoded_and_reported_with_its_line() -> None:
    parsed = parse(
        b"<http://a.example/x>\n <http://purl.org/dc/terms/x> <http://a.example/b c> .",
        "text/turtle",
    )
    assert parsed.lines == [
        "<http://a.example/x> <http://purl.org/dc/terms/x> <http://a.example/b%20c> ."
    ]
    assert [(one.rule, one.place) for one in parsed.findings] == [("rdf.iri-repaired", "line 2")]


def test_a_windows_quote_in_utf_8_is_read_as_what_it_was() -> None:
    parsed = parse(
        b'<http://a.example/x> <http://purl.org/dc/terms/title> "it\x92s" .', "text/turtle"
    )
    assert '"it\N{RIGHT SINGLE QUOTATION MARK}s"' in parsed.lines[0]
    assert parsed.findings[0].rule == "rdf.encoding-repaired"


def test_a_cut_off_document_keeps_the_statements_before_the_cut() -> None:
    parsed = parse(
        b'@prefix d: <http://purl.org/dc/terms/> .\n<http://a.example/x> d:title "one" .\n<http://a.example/y> d:ti',
        "text/turtle",
    )
    assert not parsed.complete
    assert parsed.lines == ['<http://a.example/x> <http://purl.org/dc/terms/title> "one" .']
    assert parsed.findings[-1].place == "line 3"


def test_behind_a_fault_every_declaration_before_it_still_holds() -> None:
    document = """@prefix a: <http://a.example/> . @prefix my: <http://my.example/> .
# @prefix my: <http://comment.example/> .
BASE <http://base.example/x/> @prefix : <#> .
<s0> a:p "@prefix my: <http://text.example/> . " .
<s1> a:p a:b a:c .
<s2> my:q :t ; my:r <z> .
"""
    parsed = parse(document.encode(), "text/turtle", "http://portal.example/")
    assert [one.rule for one in parsed.findings] == ["rdf.syntax"]
    assert parsed.lines[-2:] == [
        "<http://base.example/x/s2> <http://my.example/q> <http://base.example/x/#t> .",
        "<http://base.example/x/s2> <http://my.example/r> <http://base.example/x/z> .",
    ]
