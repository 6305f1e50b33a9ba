"""Shapes compiled, records judged, findings told: whatever the shapes' file or the record holds."""

from __future__ import annotations

import gc
import time
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue.errors import InvalidParameter, InvalidShapes, SettingsError
from catalogue.validate.compiling import load
from catalogue.validate.data import Data, Everything, NothingBeside
from catalogue.validate.documents import validate
from catalogue.validate.judging import Profile, judge
from catalogue.validate.literals import is_of, is_well_formed
from catalogue.validate.ordering import is_less
from catalogue.validate.patterns import compiled
from catalogue.validate.profiles import OURS, Profiles, named_files
from catalogue.validate.shapes import Shapes
from catalogue.validate.sources import ShapesFile
from catalogue.validate.telling import told
from catalogue.validate.vocabularies import WithDocument, vocabularies
from vocab.namespaces import XSD

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <http://shapes.example/> .
"""
DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<http://portal.example/d> a dcat:Dataset ;
"""
LANGUAGE = "http://publications.europa.eu/resource/authority/language/"


def shapes(text: str) -> Shapes:
    return load([ShapesFile("shapes.ttl", (HEAD + text).encode(), "text/turtle")])


def lines(text: str) -> list[str]:
    quads = ox.parse(text.encode(), ox.RdfFormat.TURTLE)
    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert written is not None
    return written.decode().splitlines()


def broken(of: Shapes, text: str) -> Counter[str]:
    """How often each component is broken by a record in Turtle."""
    data = Data(lines(text), vocabularies())
    return Counter(one.check.component for one in of.results(data))


def refusal(text: str) -> InvalidShapes:
    with pytest.raises(InvalidShapes) as refused:
        shapes(text)
    return refused.value


# --- what is refused, and where ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        (":S sh:targetClass dcat:Dataset ; sh:sparql [ sh:select 'SELECT' ] .", "sh:sparql"),
        (":S sh:targetClass dcat:Dataset ; sh:minimumCount 1 .", "sh:minimumCount"),
        (":S sh:property [ sh:nodeKind sh:IRI ] .", "sh:property"),
        (":S sh:property [ sh:path dct:title ; sh:minCount 'one' ] .", "sh:minCount"),
        (":S sh:property [ sh:path dct:title ; sh:minCount 1 , 2 ] .", "sh:minCount"),
        (":S sh:property [ sh:path dct:title ; sh:minCount 'INF'^^xsd:double ] .", "sh:minCount"),
        (":S sh:property [ sh:path dct:title ; sh:maxCount 1e999999999 ] .", "sh:maxCount"),
        (":S sh:property 'title' .", "sh:property"),
        (":S sh:property [ sh:path dct:title ; sh:class 'Agent' ] .", "sh:class"),
        (":S sh:property [ sh:path dct:title ; sh:nodeKind sh:Iri ] .", "sh:nodeKind"),
        (":S sh:property [ sh:path ( dct:title ) ] .", "sh:path"),
        (":S sh:property [ sh:path dct:title , dct:date ] .", "sh:path"),
        (":S sh:property [ sh:path [ sh:inversePath 'x' ] ] .", "sh:path"),
        (":S sh:property [ sh:path dct:title ; sh:in ( 1 2 ) , 3 ] .", "sh:in"),
        (":S sh:property [ sh:path dct:title ; sh:pattern '(' ] .", "sh:pattern"),
        (":S sh:property [ sh:path dct:title ; sh:pattern '(a)\\\\1' ] .", "sh:pattern"),
        (":S sh:property [ sh:path dct:title ; sh:pattern 'a' ; sh:flags 'w' ] .", "sh:pattern"),
        (
            ":S sh:property [ sh:path dct:title ; sh:qualifiedValueShape :T ] . :T sh:minLength 1 .",
            "sh:qualifiedValueShape",
        ),
        (":S sh:minCount 1 .", "sh:minCount"),
        ("<http://shapes.example/S> sh:entailment <http://e.example/> .", "sh:entailment"),
        (":S sh:deactivated 'perhaps' ; sh:minLength 1 .", "sh:deactivated"),
        (":S sh:or [ sh:minLength 1 ] .", "sh:or"),
        (":S sh:node :T . :T sh:property [ sh:path dct:relation ; sh:node :S ] .", "sh:node"),
        (":S sh:targetClass 'Dataset' ; sh:minLength 1 .", "sh:targetClass"),
    ],
)
def test_what_is_not_understood_refuses_the_file_with_construct_and_shape(
    text: str, construct: str
) -> None:
    refused = refusal(text)
    assert refused.construct == construct
    assert "http://shapes.example/" in str(refused)
    assert refused.line == HEAD.count("\n") + 1


def test_a_file_that_is_no_rdf_is_refused_with_its_line() -> None:
    refused = refusal(":S sh:targetClass dcat:Dataset ;\n sh:property [ sh:path }")
    assert "shapes.ttl" in str(refused)
    assert refused.line is not None


def test_the_place_is_where_the_shape_is_described_and_not_where_a_longer_name_begins_like_it() -> (
    None
):
    text = (
        ":Sample sh:node :S .\n# :S is described below\n\n  :S sh:property [ sh:path 'title' ] .\n"
    )
    refused = refusal(text)
    assert (refused.shape, refused.line) == ("http://shapes.example/S", HEAD.count("\n") + 4)
    whole = refusal(text.replace(":S ", "<http://shapes.example/S> "))
    assert whole.line == refused.line


def test_a_list_that_leads_back_to_itself_is_refused() -> None:
    refused = refusal(
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> ."
        ":S sh:in _:l . _:l rdf:first 1 ; rdf:rest _:l ."
    )
    assert refused.construct == "sh:in"


def test_a_shape_that_leads_back_to_itself_is_refused_as_recursive() -> None:
    for text in (
        ":S sh:property [ sh:path dct:relation ; sh:node :S ] .",
        ":S sh:not :T . :T sh:or ( [ sh:minLength 1 ] :S ) .",
    ):
        assert "leads back to itself" in str(refusal(text))


def test_paths_and_shapes_that_lie_too_deep_are_refused() -> None:
    path = "[ sh:zeroOrMorePath " * 40 + "dct:title" + " ]" * 40
    assert "deep" in str(refusal(f":S sh:property [ sh:path {path} ; sh:minCount 1 ] ."))
    nested = "[ sh:not " * 60 + ":T" + " ]" * 60
    assert "deep" in str(refusal(f":S sh:not {nested} . :T sh:minLength 1 ."))


def test_shapes_and_paths_that_multiply_are_refused_or_run_out_of_time() -> None:
    paths = " ".join(f"_:p{n} sh:alternativePath ( _:p{n + 1} _:p{n + 1} ) ." for n in range(29))
    told = refusal(
        f":S sh:property [ sh:path _:p0 ; sh:minCount 1 ] . {paths} _:p29 sh:inversePath :p ."
    )
    assert told.construct == "sh:path"
    below = " ".join(f":N{n} sh:and ( :N{n + 1} :N{n + 1} :N{n + 1} ) ." for n in range(35))
    deep = shapes(
        f":S sh:targetClass dcat:Dataset ; sh:node :N0 . {below} :N35 sh:nodeKind sh:IRI ."
    )
    record = lines(DATASET + "dct:title 'One' .")
    assert not judge(Data(record, vocabularies()), Profile("deep", deep), seconds=0.2).whole


def test_files_without_a_shape_are_told_as_everything_conforms_to_them() -> None:
    (told,) = shapes(":nothing dct:title 'No shape' .").findings
    assert (told.rule, told.value) == ("shapes.none", "shapes.ttl")


def test_a_reference_to_no_property_is_survived_with_a_warning() -> None:
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property :gone , [ sh:path dct:title ; sh:minCount 1 ] ."
    )
    (warning,) = found.findings
    assert warning.rule == "shapes.dangling-property"
    assert warning.value == "http://shapes.example/gone"
    assert warning.place == f"shapes.ttl, line {HEAD.count(chr(10)) + 1}"
    assert broken(found, DATASET + "dct:type <http://t.example/> .") == {"MinCount": 1}


def test_a_name_that_shacl_does_not_define_and_profiles_use_is_told_and_constrains_nothing() -> (
    None
):
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:nodekind sh:IRI ] ."
    )
    assert [one.rule for one in found.findings] == ["shapes.void-term"]
    assert not broken(found, DATASET + "dct:title 'One' .")


# --- bounds -----------------------------------------------------------------------------------------


def test_a_list_may_be_as_long_as_a_table_is() -> None:
    members = " ".join(f"<http://table.example/{number}>" for number in range(100_000))
    long = shapes(
        f":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:type ; sh:in ( {members} ) ] ."
    )
    assert broken(long, DATASET + "dct:type <http://table.example/99999> .") == Counter()
    assert broken(long, DATASET + "dct:type <http://table.example/100000> .") == {"In": 1}


def test_a_shape_that_is_a_class_looks_at_its_instances_also_by_a_kind_of_classes() -> None:
    below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    text = f":Kind {below} <http://www.w3.org/2000/01/rdf-schema#Class> ."
    text += " dcat:Dataset a :Kind ; sh:property [ sh:path dct:type ; sh:minCount 1 ] ."
    assert broken(shapes(text), DATASET + "dct:title 'One' .") == {"MinCount": 1}


def test_classes_that_only_the_shapes_file_puts_below_others_are_not_looked_at() -> None:
    """SHACL, section 3.2: a class is below another by the data's own statements."""
    below = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
    text = f"dcat:Dataset {below} :Above . :S sh:targetClass :Above ;"
    of = shapes(f"{text} sh:property [ sh:path dct:type ; sh:minCount 1 ] .")
    record = DATASET + "dct:title 'One' ."
    assert broken(of, record) == Counter()
    assert broken(of, record + f" dcat:Dataset {below} <http://shapes.example/Above> .") == {
        "MinCount": 1
    }


def test_a_catastrophic_pattern_takes_time_that_grows_with_the_text_alone() -> None:
    matches = compiled("^(a+)+$")  # exponential for an engine that tracks back
    assert not matches("a" * 100_000 + "b")
    with pytest.raises(ValueError, match="not understood"):
        compiled("((a{500}){500}){500}")
    with pytest.raises(ValueError, match="too large"):
        compiled("(" * 40 + "a" + "{1001})" * 40)


@pytest.mark.parametrize(
    ("pattern", "flags", "right", "wrong"),
    [
        (r"^\w+$", "", ["Zürich", "Ελλάδα", "snake_case", "e\u0301"], ["a b", "a-b", "€", ""]),
        (r"^[\w.-]+@[\w-]+$", "", ["jürgen.x@example"], ["a b@example"]),
        (r"^[^\W\d]+$", "", ["äbc", "a_b"], ["a1", "a-b"]),
        (r"^\W$", "", [" ", "-", "€"], ["ä", "_", "1"]),
        (r"^\d+$", "", ["12", "\u0661\u0662"], ["1a", "½"]),
        (r"^[\D]$", "", ["a"], ["1", "\u0661"]),
        (r"^\i\c*$", "", ["xs:name-1", "élan"], ["1a", "a b"]),
        (r"^\C\I$", "", [" 1"], ["ab"]),
        ("^.{1,2000}$", "", ["a", "ä" * 2000], ["", "a" * 2001]),
        ("^(ab|c){1500}$", "", ["ab" * 1500], ["ab" * 1499, "c" * 1501]),
        ("^a{1001,}?$", "", ["a" * 1001, "a" * 5000], ["a" * 1000]),
        ("^x{2}y{1,3}$", "", ["xxy", "xxyyy"], ["xy", "xxyyyy"]),
        ("^ a [ ] b $", "x", ["a b"], ["ab", " a   b "]),
        ("^[]a]+$", "", ["]a"], ["b"]),
        ("^[[:alpha:]-]+$", "", ["a-b"], ["1"]),
        (r"a\.b[", "q", [r"xa\.b[y"], ["a.b["]),
        ("É", "qi", ["é"], ["e"]),
        ("^a.c$", "s", ["a\nc"], ["ac"]),
    ],
)
def test_a_pattern_means_what_it_does_in_xpath(
    pattern: str, flags: str, right: list[str], wrong: list[str]
) -> None:
    matches = compiled(pattern, flags)
    assert [text for text in right if not matches(text)] == []
    assert [text for text in wrong if matches(text)] == []


@pytest.mark.parametrize(
    "pattern",
    ["[A-Z-[IO]]", r"[a-\d]", r"[\C]", "(?=a)", r"(a)\1", "a{1,20000}", "[a", "a\\", r"\p{Basic}"],
)
def test_a_pattern_that_would_be_read_otherwise_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|not carried out"):
        compiled(pattern)


def test_any_language_is_named_by_an_asterisk() -> None:
    every = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:languageIn ('*') ] ."
    )
    assert broken(every, DATASET + "dct:title 'One'@en , 'Eins'@de-AT .") == Counter()
    assert broken(every, DATASET + "dct:title 'One' , <http://e.example/> .") == {"LanguageIn": 2}


def huge(number: int) -> list[str]:
    subject = "<http://portal.example/d>"
    head = f"{subject} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Dataset> ."
    return [
        head,
        *(
            f"{subject} <http://purl.org/dc/terms/relation> <http://r.example/{n}> ."
            for n in range(number)
        ),
    ]


def test_a_record_of_100_000_statements_is_judged_or_its_time_runs_out() -> None:
    profile = Profiles({}).profile("dcat-ap-3")
    found = judge(Data(huge(100_000), vocabularies()), profile, seconds=60)
    assert found.whole
    assert {one.check.component for one in found.results} == {"MinCount"}
    slow = Profile(
        "slow",
        shapes(
            ":S sh:targetClass dcat:Dataset ;"
            " sh:property [ sh:path dct:relation ; sh:lessThan dct:relation ] ."
        ),
    )
    begun = time.monotonic()
    found = judge(Data(huge(100_000), vocabularies()), slow, seconds=0.2)
    assert not found.whole
    assert time.monotonic() - begun < 60  # a watchdog: all pairs would take hours


def test_a_document_whose_time_runs_out_says_so_and_does_not_conform() -> None:
    slow = Profile(
        "slow",
        shapes(
            ":S sh:targetClass dcat:Dataset ;"
            " sh:property [ sh:path dct:relation ; sh:lessThan dct:relation ] ."
        ),
    )
    body = "\n".join(huge(20_000)).encode()
    found = validate(body, "application/n-triples", "http://b.example/", [slow], seconds=0.05)
    assert "validate.out-of-time" in {one.rule for one in found.findings}
    assert any('conforms> "false"' in line for line in found.report)
    assert not found.conforms("slow")


@pytest.mark.parametrize(
    ("limit", "value", "rule"),
    [("SECONDS_ALL", 0.0, "validate.out-of-time"), ("MOST_ALL", 1, "validate.too-many-findings")],
)
def test_a_document_of_many_records_ends_in_time_and_lists_so_many_findings(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, rule: str
) -> None:
    """However small each record is, and however many there are."""
    monkeypatch.setattr(f"catalogue.validate.documents.{limit}", value)
    text = ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:type ; sh:minCount 1 ] ."
    found = validate(CATALOGUE.encode(), "text/turtle", "", [Profile("p", shapes(text))])
    assert [(one.rule, one.record) for one in found.findings if not one.rule.startswith("sh:")] == [
        (rule, None)
    ]
    assert len(found.findings) == 1 + int(value)
    assert not found.conforms("p")
    assert any('conforms> "false"' in line for line in found.report)


# --- vocabularies -----------------------------------------------------------------------------------


def test_a_term_of_a_loaded_table_has_its_class_and_its_scheme() -> None:
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:language ;"
        " sh:class dct:LinguisticSystem ; sh:node [ sh:property [ sh:path skos:inScheme ;"
        f" sh:hasValue <{LANGUAGE[:-1]}> ] ] ] ."
    )
    assert not broken(found, DATASET + f"dct:language <{LANGUAGE}DEU> .")
    assert broken(found, DATASET + f"dct:language <{LANGUAGE}NOSUCH> .") == {"Class": 1, "Node": 1}


def test_a_table_that_is_not_loaded_is_one_warning_and_no_violation() -> None:
    body = DATASET + ", ".join(
        f"<http://publications.europa.eu/resource/authority/corporate-body/C{n}>" for n in range(50)
    ).join(("dct:creator ", " ."))
    profile = Profiles({}).profile("dcat-ap-3")
    found = validate(body.encode(), "text/turtle", "", [profile])
    (warning,) = [one for one in found.findings if one.rule == "validate.table-not-loaded"]
    assert warning.value == "http://publications.europa.eu/resource/authority/corporate-body"
    assert "50" in warning.message
    assert not [one for one in found.findings if one.path == "http://purl.org/dc/terms/creator"]


def test_a_subclass_that_foaf_names_is_an_agent() -> None:
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:publisher ; sh:class foaf:Agent ] ."
    )
    node = "dct:publisher <http://o.example/> . <http://o.example/> a "
    assert not broken(found, DATASET + node + "foaf:Organization .")
    assert broken(found, DATASET + node + "foaf:Document .") == {"Class": 1}


# --- what a person reads ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "word"),
    [("en", "missing"), ("de", "fehlt"), ("fr", "manque"), ("el", "Λείπει"), ("xx", "missing")],
)
def test_a_finding_is_told_in_the_reader_s_language_with_a_hint(language: str, word: str) -> None:
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:minCount 1 ] ."
    )
    (result,) = found.results(Data(lines(DATASET + "dct:type 1 ."), NothingBeside()))
    one = told(result, "http://portal.example/d", "mine", language)
    assert word in one.message
    assert "dct:title" in one.message
    assert "dct:title" in one.hint
    assert one.as_json() == {
        "record": "http://portal.example/d",
        "focus": "http://portal.example/d",
        "path": "http://purl.org/dc/terms/title",
        "value": None,
        "severity": "violation",
        "rule": "sh:MinCountConstraintComponent",
        "profile": "mine",
        "message": one.message,
        "hint": one.hint,
    }


def test_a_message_of_the_shape_s_own_comes_before_ours() -> None:
    found = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:maxLength 3 ;"
        " sh:severity sh:Warning ; sh:message 'Zu lang'@de-AT , 'Too long'@en ] ."
    )
    (result,) = found.results(
        Data(lines(DATASET + "dct:title '{limit} {path}' ."), NothingBeside())
    )
    assert told(result, None, "p", "de").message == "Zu lang"
    assert told(result, None, "p", "fr").message == "Too long"
    assert told(result, None, "p", "de").severity == "warning"
    assert told(result, None, "p", "de").value == "{limit} {path}"


def test_a_document_s_links_between_records_are_of_the_classes_that_it_states() -> None:
    profile = Profiles({}).profile("dcat-ap-3")
    text = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    <http://p.example/c> a dcat:Catalog ; dcat:dataset <http://p.example/a> , <http://p.example/x> .
    <http://p.example/a> a dcat:Dataset ; dct:source <http://p.example/b> , <http://p.example/y> .
    <http://p.example/b> a dcat:Dataset ."""
    found = validate(text.encode(), "text/turtle", "", [profile])
    missed = [one for one in found.findings if one.rule == "sh:ClassConstraintComponent"]
    assert [(one.record, one.value) for one in missed] == [
        ("http://p.example/a", "http://p.example/y"),
        ("http://p.example/c", "http://p.example/x"),
    ]
    assert found.records == 2


def test_what_a_shape_asks_of_the_resource_itself_is_told_of_it_and_of_no_property() -> None:
    of = shapes(":S sh:targetClass dcat:Dataset ; sh:nodeKind sh:BlankNode ; sh:class :Other .")
    data = Data(lines(DATASET + "dct:title 'One' ."), vocabularies())
    told_ = {one.check.component: told(one, None, "p", "de").message for one in of.results(data)}
    assert (
        told_["NodeKind"] == "Der Wert von (die Ressource selbst) ist nicht von der Art BlankNode."
    )
    assert told_["Class"].startswith("Der Wert von rdf:type ist nicht von der Klasse")


CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix : <http://portal.example/> .
:catalogue a dcat:Catalog ; dct:title "All" ; dcat:dataset :one , :two .
:one a dcat:Dataset ; dct:title "One" ; dcat:inSeries :series .
:two a dcat:Dataset ; dct:title "Two" ; dcat:inSeries :series .
:series a dcat:DatasetSeries ; dct:title "Series" .
"""


@pytest.mark.parametrize(
    "text",
    [
        ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dcat:inSeries ; sh:node :T ] ."
        " :T sh:property [ sh:path dct:title ; sh:minCount 1 ] .",
        ":S sh:targetClass dcat:Dataset ;"
        " sh:property [ sh:path ( dcat:inSeries dct:title ) ; sh:minCount 1 ] .",
        ":S sh:targetClass dcat:Dataset ;"
        " sh:property [ sh:path [ sh:inversePath dcat:dataset ] ; sh:minCount 1 ] .",
        ":S sh:targetObjectsOf dcat:inSeries , dcat:dataset ;"
        " sh:property [ sh:path dct:title ; sh:minCount 1 ] .",
        ":S sh:targetNode <http://portal.example/catalogue> , <http://portal.example/one> ;"
        " sh:property [ sh:path dct:title ; sh:minCount 1 ] .",
    ],
)
def test_a_document_s_records_are_judged_with_what_it_says_of_those_they_link_to(text: str) -> None:
    found = validate(CATALOGUE.encode(), "text/turtle", "", [Profile("p", shapes(text))])
    assert found.findings == []
    bare = CATALOGUE.replace(
        "dct:title", "dct:description"
    )  # so that nothing of it is right any more
    bare = bare.replace("dcat:dataset :one", "dcat:service :one")
    assert validate(bare.encode(), "text/turtle", "", [Profile("p", shapes(text))]).violated


def test_a_node_that_shapes_name_and_a_document_does_not_describe_is_missed_once() -> None:
    text = ":S sh:targetNode :absent ; sh:property [ sh:path dct:title ; sh:minCount 1 ] ."
    found = validate(CATALOGUE.encode(), "text/turtle", "", [Profile("p", shapes(text))])
    assert [one.focus for one in found.findings] == ["http://shapes.example/absent"]


def test_that_there_must_be_a_catalogue_is_asked_of_the_document_and_of_no_record() -> None:
    """As DCAT-AP's files of before 3, and national ones, ask for it: of the class that has no instance."""
    rdf = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    text = (
        ":S sh:targetNode dcat:Catalog ;"
        f" sh:property [ sh:path [ sh:inversePath {rdf} ] ; sh:minCount 1 ] ."
    )
    of = [Profile("p", shapes(text))]
    assert not validate(CATALOGUE.encode(), "text/turtle", "", of).findings
    without = CATALOGUE.replace("a dcat:Catalog ;", "")
    (one,) = validate(without.encode(), "text/turtle", "", of).findings
    assert (one.record, one.focus) == (None, "http://www.w3.org/ns/dcat#Catalog")
    record = Data(lines(DATASET + "dct:title 'One' ."), vocabularies(), elsewhere=Everything())
    assert of[0].shapes.results(record) == []


def test_a_document_s_classes_below_others_are_known_to_all_its_records() -> None:
    text = ":S sh:targetClass :Above ; sh:property [ sh:path dct:issued ; sh:minCount 1 ] ."
    below = "dcat:Dataset <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://shapes.example/Above> ."
    of = [Profile("p", shapes(text))]
    assert not validate(CATALOGUE.encode(), "text/turtle", "", of).findings
    found = validate((CATALOGUE + below).encode(), "text/turtle", "", of)
    assert [one.record for one in found.findings] == [
        "http://portal.example/one",
        "http://portal.example/two",
    ]
    assert not validate(CATALOGUE.encode(), "text/turtle", "", of).findings  # it is forgotten again


def test_no_document_is_kept_with_the_shapes_once_it_is_judged() -> None:
    every = shapes(":S sh:targetClass dcat:Dataset ; sh:minLength 1 .")
    text = CATALOGUE.replace("portal.example", "forgotten.example")
    validate(text.encode(), "text/turtle", "", [Profile("p", every)])
    gc.collect()
    kept = [one for one in gc.get_objects() if isinstance(one, WithDocument)]
    assert not [one for one in kept if "<http://forgotten.example/one>" in one]


def test_the_report_reads_back_as_shacl_s_own_with_every_result() -> None:
    profile = Profiles({}).profile("dcat-ap-3")
    found = validate((DATASET + "dct:title 'One' .").encode(), "text/turtle", "", [profile])
    quads = list(ox.parse("\n".join(found.report).encode(), ox.RdfFormat.N_TRIPLES))
    results = [one for one in quads if one.predicate.value.endswith("shacl#result")]
    assert len(results) == len(found.findings) > 0
    assert len({one.subject for one in results}) == 1


# --- profiles by name -------------------------------------------------------------------------------


def test_an_operator_s_profile_has_the_files_of_its_name(tmp_path: Path) -> None:
    for name, least in (("a", 1), ("b", 2)):
        text = f":{name} sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:minCount {least} ] ."
        (tmp_path / f"{name}.ttl").write_text(HEAD + text)
    setting = f"mine={tmp_path / 'a.ttl'}, mine={tmp_path / 'b.ttl'}"
    profiles = Profiles(named_files(setting))
    assert profiles.names == [*OURS, "mine"]
    assert broken(profiles.profile("mine").shapes, DATASET + "dct:title 'One' .") == {"MinCount": 1}


@pytest.mark.parametrize("setting", ["mine", "=x.ttl", "mine=", "a b=x.ttl", "dcat-ap-3=x.ttl"])
def test_a_setting_that_names_no_profile_stops_the_start(setting: str) -> None:
    with pytest.raises(SettingsError, match="AICAT_SHAPES"):
        named_files(setting)


def test_a_profile_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidParameter, match="dcat-ap-3"):
        Profiles({}).profile("dcat-ap-9")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.ttl"):
        Profiles({"mine": [tmp_path / "gone.ttl"]}).check()


# --- literals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "right"),
    [
        ("2024-02-29", "date", True),
        ("2023-02-29", "date", False),
        ("2024-05-31T24:00:00Z", "dateTime", True),
        ("2024-05-31", "dateTime", False),
        ("31.05.2024", "date", False),
        ("-1", "nonNegativeInteger", False),
        ("256", "unsignedByte", False),
        ("1e5", "decimal", False),
        ("1e5", "double", True),
        ("P1Y2M3DT4H", "duration", True),
        ("P", "duration", False),
        ("P1DT", "duration", False),
        ("0g", "hexBinary", False),
        ("yes", "boolean", False),
        ("1" * 100_000, "integer", False),
        ("anything", "anyURI", True),
    ],
)
def test_a_literal_is_of_the_form_of_its_datatype(text: str, name: str, right: bool) -> None:
    assert is_well_formed(text, f"{XSD}{name}") is right


def test_a_text_with_a_language_is_no_string() -> None:
    assert is_of('"One"', f"{XSD}string")
    assert not is_of('"One"@en', f"{XSD}string")


@pytest.mark.parametrize(
    ("left", "right", "kind", "less"),
    [
        ("2024-01-01T00:00:00Z", "2024-01-01T00:00:01Z", "dateTime", True),
        ("2024-01-01T00:00:00+02:00", "2024-01-01T00:00:00+01:00", "dateTime", True),
        ("2024-01-01T24:00:00", "2024-01-02T00:00:00", "dateTime", False),
        ("2023-12-31T24:00:00", "2024-01-01T00:00:00.000000001", "dateTime", True),
        ("2024-01-01+02:00", "2024-01-01Z", "date", True),
        ("2024-01-01", "2024-01-01", "date", False),
        # Without a time zone it may be any; apart by more than 14 hours that decides nothing.
        ("2024-01-01T00:00:00Z", "2024-01-01T14:00:00", "dateTime", None),
        ("2024-01-01T00:00:00Z", "2024-01-01T14:00:01", "dateTime", True),
        ("2025-01-01", "2024-01-01Z", "date", False),
        # Years that few calendars of computers know.
        ("-0500-01-01", "0001-01-01", "date", True),
        ("-0044", "-0043", "gYear", True),
        ("9999", "10000", "gYear", True),
        ("9999-12-31", "12024-01-01", "date", True),
        ("2024-02", "2024-03", "gYearMonth", True),
        ("10:00:00Z", "10:30:00+02:00", "time", False),
        ("PT59M", "PT1H", "duration", True),
        ("P364D", "P1Y", "duration", True),
        ("P365D", "P1Y", "duration", None),
        ("P1M", "P31D", "duration", None),
        ("-P1D", "PT0S", "duration", True),
        ("1e400", "INF", "double", True),
        ("NaN", "1", "double", None),
        ("false", "1", "boolean", True),
        ("http://a.example", "http://b.example", "anyURI", None),
        ("2024-02-30", "2024-03-01", "date", None),
    ],
)
def test_one_literal_is_below_another_where_nothing_else_can_be_meant(
    left: str, right: str, kind: str, less: bool | None
) -> None:
    one, other = (f'"{text}"^^<{XSD}{kind}>' for text in (left, right))
    assert is_less(one, other) is less


def test_literals_of_several_datatypes_are_compared_where_they_are_of_one_kind() -> None:
    assert is_less(f'"1"^^<{XSD}integer>', f'"1.5"^^<{XSD}decimal>') is True
    assert is_less(f'"P1D"^^<{XSD}dayTimeDuration>', f'"P1M"^^<{XSD}yearMonthDuration>') is True
    assert is_less(f'"2024-01-01"^^<{XSD}date>', f'"2025-01-01T00:00:00"^^<{XSD}dateTime>') is None
    assert is_less('"1"', f'"2"^^<{XSD}integer>') is None


# --- any record -------------------------------------------------------------------------------------

NAMES = st.sampled_from(
    [
        "<http://portal.example/d>",
        "<http://purl.org/dc/terms/title>",
        "<http://www.w3.org/ns/dcat#Dataset>",
        "<http://www.w3.org/ns/dcat#Distribution>",
        "<http://www.w3.org/ns/dcat#distribution>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        "<http://www.w3.org/2000/01/rdf-schema#subClassOf>",
        f"<{LANGUAGE}DEU>",
        "_:b0",
        "_:b1",
    ]
)
IRIS = NAMES.filter(lambda term: term.startswith("<"))
LITERALS = st.builds(
    lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(f"{XSD}{kind}")),
    st.text(max_size=20),
    st.sampled_from(["string", "date", "dateTime", "decimal", "hexBinary", "gYear", "duration"]),
).map(str)
STATEMENTS = st.builds(lambda s, p, o: f"{s} {p} {o} .", NAMES, IRIS, NAMES | LITERALS)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, max_size=25))
def test_no_record_whatever_it_holds_makes_judging_fail(record: list[str]) -> None:
    every = shapes(
        ":S sh:targetClass dcat:Dataset ; sh:targetSubjectsOf dct:title ; sh:targetObjectsOf dct:title ;"
        " sh:closed true ; sh:nodeKind sh:IRI ; sh:or ( [ sh:minLength 3 ] [ sh:datatype xsd:date ] ) ;"
        " sh:property [ sh:path [ sh:zeroOrMorePath [ sh:alternativePath ( dcat:distribution"
        " [ sh:inversePath dct:title ] ) ] ] ; sh:maxCount 3 ; sh:minInclusive 1 ; sh:uniqueLang true ;"
        " sh:lessThan dct:title ; sh:equals dct:title ; sh:disjoint dcat:distribution ;"
        " sh:pattern '^.a' ; sh:languageIn ( 'en' ) ; sh:class dcat:Distribution ;"
        " sh:qualifiedValueShape [ sh:maxExclusive '2024-01-01'^^xsd:date ] ; sh:qualifiedMinCount 1 ;"
        " sh:in ( 1 2 ) ; sh:not [ sh:hasValue 1 ] ; sh:xone ( [ sh:maxLength 2 ] ) ] ."
    )
    ours = Profiles({}).profile("dcat-ap-3")
    for profile in (Profile("every", every), ours):
        found = judge(Data(record, vocabularies()), profile)
        assert found.whole
        for result in found.results:
            assert told(result, None, profile.name, "en").message
