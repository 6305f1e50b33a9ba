"""What portals and attackers serve: nothing is lost, nobody else is affected, each fault is a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.model import RunState, Severity
from tests.conftest import real_data
from tests.fault.portal import PREFIXES, RDFXML, House, Portal, datasets, serving

HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>"


def xml(properties: str) -> str:
    """RDF/XML of one dataset."""
    about = 'rdf:about="http://p.example/x"'
    return f"{RDFXML}<dcat:Dataset {about}>{properties}</dcat:Dataset></rdf:RDF>"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as found:
        yield found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


def test_f05_a_login_page_instead_of_the_feed_changes_nothing(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/feed", datasets("one", "two")))
    assert house.harvest("s").state is RunState.DONE
    portal.serve("/feed", HTML, "text/html")
    run = house.harvest("s")
    assert run.state is RunState.FAILED
    assert "web page" in str(run.error)
    assert set(house.records()) == {"http://p.example/one", "http://p.example/two"}


def test_f05_a_login_page_instead_of_ckan_s_answer_changes_nothing(
    portal: Portal, house: House
) -> None:
    portal.serve("/api/3/action/package_search", HTML, "text/html")
    house.add("s", portal.base, kind="ckan")
    run = house.harvest("s")
    assert run.state is RunState.FAILED
    assert run.error
    assert house.records() == {}


def test_html_then_turtle_then_broken_in_the_middle(portal: Portal, house: House) -> None:
    """At every step the records are right, and what is not listed is not taken for gone."""
    house.add("s", portal.serve("/feed", HTML, "text/html"))
    assert house.harvest("s").state is RunState.FAILED
    assert house.records() == {}
    names = [f"n{number}" for number in range(20)]
    portal.serve("/feed", datasets(*names))
    whole = house.harvest("s")
    assert (whole.state, whole.counts.created) == (RunState.DONE, 20)
    changed = datasets(*names, note=" changed").split("\n")
    changed[12] = '<http://p.example/n10 a dcat:Dataset ; dct:title "broken here@en .'
    portal.serve("/feed", "\n".join(changed[:16]))
    broken = house.harvest("s")
    assert broken.state is RunState.PARTIAL
    assert broken.counts.missing == 0
    severe = [f for f in house.findings(broken).values() if f.severity is Severity.VIOLATION]
    assert all(str(one.place).startswith("line ") for one in severe)
    assert severe
    held = house.records()
    assert len(held) == 20
    texts = {key.rsplit("/", 1)[1]: (one.graph or b"").decode() for key, one in held.items()}
    assert "changed" in texts["n0"]
    assert "changed" not in texts["n10"]
    assert "changed" not in texts["n19"]
    cut = "\n".join(changed[:8]) + '\n<http://p.example/n15> a dcat:Dataset ; dct:title "T'
    portal.serve("/feed", cut)
    run = house.harvest("s")
    assert (run.state, run.counts.quarantined) == (RunState.PARTIAL, 1)
    assert '"Title n15"' in house.text()
    portal.serve("/feed", datasets(*names))
    again = house.harvest("s")
    assert (again.state, again.counts.unchanged + again.counts.updated) == (RunState.DONE, 20)
    assert "changed" not in house.text()


def test_f09_a_key_that_is_listed_twice_is_one_record_and_a_warning(
    portal: Portal, house: House
) -> None:
    packages = [
        {"id": "same", "name": f"n{n}", "title": f"T{n}", "resources": []} for n in range(2)
    ]
    body = {"success": True, "result": {"count": 2, "results": packages}}
    portal.serve("/api/3/action/package_search", json.dumps(body), "application/json")
    house.add("s", portal.base, kind="ckan")
    run = house.harvest("s")
    assert (run.state, run.counts.created, run.counts.ignored) == (RunState.DONE, 1, 1)
    found = house.findings(run)["feed.duplicate-key"]
    assert (found.severity, found.key) == (Severity.WARNING, "same")
    assert '"T0"' in house.text()


def test_f11_one_unreadable_record_of_many_is_kept_apart_with_its_bytes(
    tmp_path: Path, house: House
) -> None:
    lines = [json.dumps({"id": f"p{n}", "name": f"p{n}", "title": "T"}) for n in range(10_000)]
    lines[5000] = '{"id": "p5000", "name": '
    feed = tmp_path / "packages.jsonl"
    feed.write_text("\n".join(lines))
    house.add("s", feed.as_uri(), kind="ckan")
    run = house.harvest("s")
    assert (run.counts.created, run.counts.quarantined) == (9_999, 1)
    assert "p5000" in str(house.findings(run)["ckan.no-package"].value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["entity", "dtd", "parameter"])
def test_f33_external_entities_are_refused_and_nobody_is_asked(
    portal: Portal, house: House, listener: tuple[str, list[bytes]], encoding: str, kind: str
) -> None:
    away, heard = listener
    head = {
        "entity": '<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "dtd": f'<!DOCTYPE r SYSTEM "{away}">',
        "parameter": f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{away}"> %p;]>',
    }[kind]
    body = (
        f'{head}{RDFXML}<dcat:Dataset rdf:about="http://p.example/x"><dct:title>'
        f"{'&e;' if kind == 'entity' else 'x'}</dct:title></dcat:Dataset></rdf:RDF>"
    )
    house.add("s", portal.serve("/feed", body.encode(encoding), "application/rdf+xml"))
    run = house.harvest("s")
    assert run.state is RunState.FAILED
    assert "outside" in str(run.error)
    assert "root:" not in house.text()
    assert heard == []


@pytest.mark.parametrize("kind", ["laughs", "quadratic"])
def test_f34_entities_that_multiply_are_refused(portal: Portal, house: House, kind: str) -> None:
    if kind == "laughs":
        made = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
        head, use = f'<!DOCTYPE r [<!ENTITY l0 "lol">{made}]>', "&l9;"
    else:
        head, use = f'<!DOCTYPE r [<!ENTITY q "{"a" * 1900}">]>', "&q;" * 100_000
    body = (
        f'{head}{RDFXML}<dcat:Dataset rdf:about="http://p.example/x"><dct:title>{use}</dct:title>'
        "</dcat:Dataset></rdf:RDF>"
    )
    house.add("s", portal.serve("/feed", body, "application/rdf+xml"))
    run = house.harvest("s")
    assert run.state is RunState.FAILED
    assert "multiply" in str(run.error)


def test_f35_a_remote_context_is_never_fetched(
    portal: Portal, house: House, listener: tuple[str, list[bytes]], tmp_path: Path
) -> None:
    secret = tmp_path / "context.jsonld"
    secret.write_text('{"@context": {"t": "http://purl.org/dc/terms/title"}}')
    away, heard = listener
    for context in (f"{away}.jsonld", secret.as_uri()):
        name = f"s{len(house.journal.sources())}"
        body = {"@context": context, "@id": "http://p.example/x", "t": "Title"}
        house.add(name, portal.serve(f"/{name}", json.dumps(body), "application/ld+json"))
        run = house.harvest(name)
        assert run.state is RunState.FAILED
        assert context in str(run.error)
        assert "put its terms into the document" in str(run.error)
    assert heard == []


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/ld+json", '{"http://p.example/a":' * 100_000 + "1" + "}" * 100_000),
        ("application/ld+json", "[" * 100_000 + "]" * 100_000),
        ("application/rdf+xml", RDFXML + "<dct:a><dct:B>" * 50_000 + "</dct:B></dct:a>" * 50_000),
        ("text/turtle", "@prefix d: <http://p.example/> . d:a d:b " + "[ d:b " * 100_000),
        ("text/turtle", "@prefix d: <http://p.example/> . d:a d:b " + "( " * 100_000),
        ("application/trig", "<http://p.example/g> { " * 100_000),
    ],
    ids=["objects", "arrays", "xml", "brackets", "lists", "graphs"],
)
def test_f37_extreme_nesting_ends_cleanly_and_the_next_source_is_read(
    portal: Portal, house: House, media_type: str, body: str
) -> None:
    house.add("deep", portal.serve("/deep", body, media_type))
    house.add("good", portal.serve("/good", datasets("one")))
    assert house.harvest("deep").state in {RunState.FAILED, RunState.PARTIAL}
    assert house.harvest("good").counts.created == 1


def test_f37_extreme_nesting_in_one_package_costs_that_package_only(
    tmp_path: Path, house: House
) -> None:
    deep = '{"id": "deep", "name": "deep", "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    good = [json.dumps({"id": f"p{n}", "name": f"p{n}", "title": "T"}) for n in range(20)]
    feed = tmp_path / "packages.jsonl"
    feed.write_text("\n".join([*good[:10], deep, *good[10:]]))
    house.add("s", feed.as_uri(), kind="ckan")
    run = house.harvest("s")
    assert (run.counts.created, run.counts.quarantined) == (20, 1)


def test_f44_keys_and_subjects_of_any_kind_touch_no_file(portal: Portal, house: House) -> None:
    names = [
        "../../etc/passwd",
        "a%00b",
        "x" * 10_000,
        "\u202eevil",
        "..%2f..%2f",
        "con",
        "a/../../b",
    ]
    packages = [{"id": name, "name": name, "title": "T"} for name in names]
    body = {"success": True, "result": {"count": len(names), "results": packages}}
    portal.serve("/api/3/action/package_search", json.dumps(body), "application/json")
    house.add("s", portal.base, kind="ckan")
    run = house.harvest("s")
    assert run.counts.created == len(names)
    for change in house.journal.live():
        assert change.record.page_id.isalnum()
        assert len(change.record.page_id) < 40


@pytest.mark.parametrize(
    ("body", "media_type", "rule", "kept"),
    [
        (
            xml("<dct:title>A & B</dct:title>"),
            "application/rdf+xml", "xml.ampersand", '"A & B"',
        ),
        (
            xml('<dct:title rdf:datatype="string of text">T</dct:title>'),
            "application/rdf+xml", "rdf.datatype-dropped", '"T"',
        ),
        (
            xml('<dct:title>T</dct:title><dct:publisher><rdf:Description rdf:about="http://p.example/p"/>'
                '<rdf:Description rdf:about="http://p.example/q"/></dct:publisher>'),
            "application/rdf+xml", "rdfxml.repeated-node", "http://p.example/q",
        ),
        (
            '<http://p.example/x> a dcat:Dataset ; dct:title "T"@en .',
            "text/turtle", "rdf.prefix-bound", '"T"@en',
        ),
        (
            f'{datasets("x")}\n<http://p.example/y> a dcat:Dataset ; dct:title "cut o',
            "text/turtle", "rdf.syntax", "Title x",
        ),
    ],
    ids=["ampersand", "datatype", "repeated", "prefix", "cut"],
)  # fmt: skip
def test_f52_what_can_be_read_is_kept_and_each_fault_is_a_finding_with_its_line(
    portal: Portal, house: House, body: str, media_type: str, rule: str, kept: str
) -> None:
    house.add("s", portal.serve("/feed", body, media_type))
    run = house.harvest("s")
    assert run.counts.created >= 1, run.error
    assert kept in house.text()
    assert str(house.findings(run)[rule].place).startswith("line ")


@pytest.mark.parametrize(
    ("body", "rule", "kept"),
    [
        (datasets("x") + "\n<http://p.example/x> dct:relation <http://p.example/a b{c}> .",
         "rdf.iri-repaired", "<http://p.example/a%20b%7Bc%7D>"),
        (datasets("x", note=" it\x92s").encode().replace(b"\xc2\x92", b"\x92"),
         "rdf.encoding-repaired", "it’s"),
        (b"\xef\xbb\xbf" + datasets("x").replace("\n", "\r\n").encode(), None, "Title x"),
        (datasets("x", note=" café").encode("latin-1"), "rdf.encoding-repaired", "café"),
        (datasets("x").replace("@en", "@en_US"), "rdf.language-tag-repaired", '"@en-us'),
        (datasets("x") + '\n<http://p.example/x> dct:issued "02/21/2012"^^xsd:date .',
         "rdf.ill-typed", '"2012-02-21"'),
    ],
    ids=["iri", "windows", "mark and lines", "latin-1", "tag", "date"],
)  # fmt: skip
def test_f53_bytes_and_terms_are_repaired_where_that_is_certain_each_with_a_finding(
    portal: Portal, house: House, body: str | bytes, rule: str | None, kept: str
) -> None:
    house.add("s", portal.serve("/feed", body, "text/turtle; charset=utf-8"))
    run = house.harvest("s")
    assert run.counts.created == 1
    assert kept in house.text()
    assert (rule is None) == (not house.findings(run))
    if rule:
        assert house.findings(run)[rule].severity in {Severity.INFO, Severity.WARNING}


def test_f54_no_source_speaks_for_another_s_dataset_or_for_a_vocabulary(
    portal: Portal, house: House
) -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
    house.add("true", portal.serve("/true", datasets("x")))
    claims = (
        datasets("y")
        + f'\n<{theme}> skos:prefLabel "Wrong"@en . <http://p.example/y> dcat:theme <{theme}> ;'
        + "\n dct:relation <http://p.example/x> ."
        + '\n<http://p.example/x> dct:title "Stolen"@en ; dct:license <http://p.example/mine> .'
    )
    house.add("false", portal.serve("/false", PREFIXES + claims), node="b")
    house.harvest("true")
    run = house.harvest("false")
    assert "Wrong" not in house.text()
    assert "Stolen" not in house.text()
    rules = house.findings(run)
    assert "rdf.foreign-statement" in rules
    assert "rdf.unattached" in rules


@pytest.mark.slow
def test_every_real_catalogue_gives_the_same_over_http_and_from_a_file(
    portal: Portal, house: House
) -> None:
    from tests.replay.test_dcat_catalogues import counted, number

    for place, (path, counts) in enumerate(counted()):
        if "data.json" in counts:
            continue
        media_type = {".ttl": "text/turtle", ".jsonld": "application/ld+json"}.get(
            path.suffix, "application/rdf+xml"
        )
        house.add(f"h{place}", portal.serve(f"/{place}", path.read_bytes(), media_type))
        house.add(f"f{place}", path.as_uri())
        over_http, from_file = house.harvest(f"h{place}"), house.harvest(f"f{place}")
        assert over_http.counts == from_file.counts, path.name
        if "error" not in counts and "hydra" not in path.read_text("utf-8", "replace"):
            wanted = number(counts, "Dataset")
            listed = over_http.counts.created
            assert listed >= wanted, (path.name, over_http.counts)
        again = house.harvest(f"h{place}")
        assert (again.counts.created, again.counts.updated) == (0, 0), path.name
    assert real_data()
