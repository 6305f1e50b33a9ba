"""Serialisations: whatever the graph, rdflib and pyoxigraph read the same one from each."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from catalogue.rdf.serialize import MEDIA_TYPES, negotiate, serialize
from catalogue.rdf.terms import literal
from vocab.namespaces import DCAT, DCT, XSD

FORMS = {"turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt"}
NODES = st.sampled_from(
    [
        "<http://x.example/a>",
        "<http://x.example/b?q=1&r=%20#f>",
        "<urn:uuid:0>",
        "_:c14n0",
        "_:c14n1",
        "<https://ü.example/ä>",
        "<mailto:data@x.example>",
        "<dct:title>",
        "<dcat:x>",
    ]
)
PATHS = st.sampled_from(
    [
        f"<{DCT}title>",
        f"<{DCAT}keyword>",
        f"<{DCT}type>",
        "<http://x.example/p#q>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
    ]
)
# XML 1.0 cannot hold most control characters; sources with them are mended when read.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30
)
LITERALS = st.one_of(
    st.builds(literal, TEXT),
    st.builds(literal, TEXT, st.sampled_from(["en", "de", "zh-hans"])),
    st.builds(lambda n: literal(str(n), "", f"{XSD}integer"), st.integers()),
    st.just(literal("2024-05-01", "", f"{XSD}date")),
)
TRIPLES = st.builds(lambda s, p, o: f"{s} {p} {o} .", NODES, PATHS, st.one_of(NODES, LITERALS))
GRAPHS = st.lists(TRIPLES, unique=True, max_size=12).map(sorted)


def by_rdflib(body: bytes, form: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=body, format=FORMS[form])


def canonical(body: bytes, media_type: str) -> str:
    form = ox.RdfFormat.from_media_type(media_type)
    dataset = ox.Dataset(ox.parse(body, form))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad}\n" for quad in dataset))


@settings(deadline=None)
@given(GRAPHS)
def test_one_graph_in_every_form(lines: list[str]) -> None:
    plain = serialize(lines, "ntriples")
    expected = canonical(plain, MEDIA_TYPES["ntriples"])
    for form, media_type in MEDIA_TYPES.items():
        assert canonical(serialize(lines, form), media_type) == expected, form


@settings(deadline=None, max_examples=40)
@given(GRAPHS)
def test_rdflib_reads_the_same_graph_from_every_form(lines: list[str]) -> None:
    expected = by_rdflib(serialize(lines, "ntriples"), "ntriples")
    for form in FORMS:
        assert isomorphic(by_rdflib(serialize(lines, form), form), expected), form


def test_rdf_xml_stays_readable_with_what_it_cannot_write() -> None:
    lines = [
        '<http://x.example/a> <http://x.example/p/123> "left out" .',
        f"<http://x.example/a> <{DCT}title> {literal(chr(1) + 'title' + chr(92) + 'u0001' + chr(27) + chr(12))} .",
    ]
    (triple,) = by_rdflib(serialize(lines, "rdfxml"), "rdfxml")
    assert str(triple[2]) == "\ufffdtitle\\u0001\ufffd\ufffd"
    assert len(by_rdflib(serialize(lines, "turtle"), "turtle")) == 2


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "html"),
        ("text/turtle", "turtle"),
        ("application/rdf+xml;q=0.2, application/ld+json;q=0.3", "jsonld"),
        ("text/html;q=0, application/xhtml+xml;q=0, */*", "turtle"),
        ("image/png", None),
        ("text/turtle;q=nonsense, application/n-triples;q=0.1", "ntriples"),
        ("*/*;q=0.1, application/rdf+xml", "rdfxml"),
    ],
)
def test_negotiation_follows_the_weights(accept: str, form: str | None) -> None:
    assert negotiate(accept) == form
