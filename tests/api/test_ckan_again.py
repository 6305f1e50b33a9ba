"""What is harvested from our door is what was served there, as far as CKAN's packages carry it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from api import create_app
from catalogue.bootstrap import bootstrap, guarded_client, open_journal
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.home import Keeper
from catalogue.model import Finding, Node, RunState, Source
from catalogue.project.describe import Description, describe
from catalogue.settings import Settings
from catalogue.synth import document
from tests.api.library import ENERGY, HEALTH, PREFIXES, WIND, XRAY

NUMBER = 120  # synthetic records
RICH = "https://rich.example/dataset"
MODEL = "https://rich.example/series"
TEXT = f"""{PREFIXES}
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix locn: <http://www.w3.org/ns/locn#> . @prefix gsp: <http://www.opengis.net/ont/geosparql#> .
@prefix lang: <http://publications.europa.eu/resource/authority/language/> .
@prefix freq: <http://publications.europa.eu/resource/authority/frequency/> .
<{RICH}> a dcat:Dataset ; dct:identifier "rich-1" ;
  dct:title "Wells"@en , "Brunnen"@de-AT ; dct:description "Levels, daily."@en ;
  dcat:keyword "water"@en , "Wasser"@de , "H2O" ; dcat:theme theme:ENVI , theme:HEAL ;
  dct:publisher [ a foaf:Agent ; foaf:name "Well Office (fictional)" ;
    foaf:homepage <https://wells.example/> ; foaf:mbox <mailto:office@wells.example> ] ;
  dct:creator [ a foaf:Agent ; foaf:name "One (fictional)" ] , [ a foaf:Agent ; foaf:name "Two (fictional)" ] ;
  dcat:contactPoint <https://wells.example/desk> , <https://wells.example/second> ;
  dct:issued "2020"^^xsd:gYear ; dct:modified "2024-05-31T08:00:00Z"^^xsd:dateTime ;
  dct:language lang:ENG , lang:DEU ; dct:accrualPeriodicity freq:DAILY ; dct:accessRights right:PUBLIC ;
  dcat:landingPage <https://wells.example/data> ; dcat:version "1.2" ; dct:conformsTo <https://wells.example/profile> ;
  dct:spatial country:AUT , [ a dct:Location ; dcat:bbox
    "POLYGON((9.5 46.4,17.1 46.4,17.1 49,9.5 49,9.5 46.4))"^^gsp:wktLiteral ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:endDate "2001-12-31"^^xsd:date ] ,
    [ a dct:PeriodOfTime ; dcat:startDate "2003-01-01"^^xsd:date ; dcat:endDate "2004-12-31"^^xsd:date ] ;
  adms:identifier [ a adms:Identifier ; <http://www.w3.org/2004/02/skos/core#notation> "10.1234/wells" ] ;
  dcat:distribution <{RICH}/one> , <{RICH}/two> .
<https://wells.example/desk> a vcard:Kind ; vcard:fn "Desk" ; vcard:hasEmail <mailto:desk@wells.example> .
<https://wells.example/second> a vcard:Kind ; vcard:fn "Second desk" ; vcard:hasURL <https://wells.example/form> .
<{RICH}/one> a dcat:Distribution ; dcat:accessURL <https://wells.example/one> ; dct:license licence:CC0 ;
  dct:title "One"@en , "Eins"@de ; dct:format type:CSV ; dcat:byteSize "12"^^xsd:nonNegativeInteger ;
  dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> ;
  spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_sha256 ;
    spdx:checksumValue "ab01"^^xsd:hexBinary ] .
<{RICH}/two> a dcat:Distribution ; dcat:accessURL <https://wells.example/two> ; dct:license licence:CC_BY_4_0 ;
  dcat:downloadURL <https://wells.example/two.bin> ; dct:format "LevelFormat" .
<{MODEL}> a dcat:DatasetSeries ; dct:title "All wells"@en ; dct:description "A series."@en ;
  dct:identifier "series-1" ; dct:issued "2020-01-01"^^xsd:date ; dct:modified "2021-01-01"^^xsd:date ;
  dct:publisher <https://wells.example/> ; dcat:landingPage <https://wells.example/series> .
<https://wells.example/> foaf:name "Well Office (fictional)" .
"""
# What every reader asks for; these must come back as they were.
CARRIED = (
    *("iri", "type", "title", "description", "keywords", "publisher", "publisher_iri", "creators"),
    *("contacts", "themes", "formats", "licenses", "access", "languages", "hvd", "profiles"),
    *("country", "bbox", "temporal", "issued", "modified", "frequency", "landing_page"),
    *("identifiers", "in_series", "serves", "endpoint_url", "distributions"),
)


class Silent(WSGIRequestHandler):
    def log(self, *_parts: Any) -> None:
        """Nothing."""


def filled(
    folder: Path, *sources: tuple[str, str, str]
) -> tuple[Settings, dict[str, Description], list[Finding]]:
    """A catalogue of the sources (id, kind, address), its records by IRI, what was found."""
    settings = Settings(
        data_dir=folder, allow_private_networks=True, base_url="https://catalogue.example"
    )
    findings: list[Finding] = []
    with open_journal(settings) as journal:
        journal.add_node(Node("n", "Node N (fictional)", "DE"))
        for source_id, kind, url in sources:
            journal.add_source(Source(source_id, "n", kind, url))
            run = journal.runs.queue(source_id)
            ended = carry_out(run.id, journal, guarded_client(settings), worker_name())
            assert ended is not None
            assert ended.state is RunState.DONE, ended.error
            findings += journal.runs.findings(run.id)
        with Keeper(settings, journal):
            pass
        records = {one.record.iri: describe(one, "DE") for one in journal.live()}
    return settings, records, findings


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[dict[str, Description], dict[str, Description], list[Finding]]]:
    """The records of a catalogue, those harvested from its door, and what that harvest found."""
    folder = tmp_path_factory.mktemp("again")
    feeds = {
        "synthetic.nt": b"".join(document("ntriples", 5, range(NUMBER))),
        "health.ttl": HEALTH.encode(),
        "energy.ttl": ENERGY.encode(),
        "rich.ttl": TEXT.encode(),
    }
    sources = []
    for name, body in feeds.items():
        (folder / name).write_bytes(body)
        sources.append((name.partition(".")[0], "dcat", (folder / name).as_uri()))
    settings, records, _findings = filled(folder / "first", *sources)
    opened = bootstrap(settings)
    server = make_server("127.0.0.1", 0, create_app(opened), threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        _settings, again, found = filled(folder / "second", ("door", "ckan", address))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        opened.close()
    yield records, again, found


def unordered(value: Any) -> Any:
    """A value without the order of its lists, which graphs do not have."""
    if isinstance(value, list):
        return sorted((unordered(one) for one in value), key=repr)
    if isinstance(value, dict):
        return {name: unordered(one) for name, one in sorted(value.items())}
    return value


def carried(one: Description) -> dict[str, Any]:
    """What CKAN can carry of a record: of texts with and without a language the former, with the two
    letters of the language; a blank node comes back with an IRI made from the record's."""
    two = {"deu": "de", "fra": "fr", "eng": "en", "spa": "es", "ita": "it"}

    def texts(table: dict[str, Any]) -> dict[str, Any]:
        tagged = {two.get(tag, tag): text for tag, text in table.items() if tag}
        return tagged or table

    files = [
        replace(d, title=texts(d.title), description=texts(d.description))
        for d in one.distributions
    ]
    told = {name: getattr(one, name) for name in CARRIED}
    told |= {
        "title": texts(one.title),
        "description": texts(one.description),
        "keywords": {two.get(tag, tag): words for tag, words in one.keywords.items()},
        "distributions": files,
    }
    if (one.publisher_iri or "").startswith(f"{one.iri}#"):
        told["publisher_iri"] = None
    return {name: unordered(value) for name, value in told.items()}


def test_every_record_comes_back_under_its_iri(both: Any) -> None:
    records, again, _found = both
    assert len(records) > NUMBER
    assert set(again) == set(records)


def test_every_field_comes_back_as_it_was(both: Any) -> None:
    records, again, _found = both
    different = {
        (iri, name): (value, carried(again[iri])[name])
        for iri, one in records.items()
        if iri not in {XRAY, WIND}
        for name, value in carried(one).items()
        if value != carried(again[iri])[name]
    }
    assert different == {}


def test_a_record_with_all_that_dcat_has_is_among_them(both: Any) -> None:
    """So that the comparison above compares something."""
    one = both[1][RICH]
    empty = {f.name for f in fields(one) if getattr(one, f.name) in (None, [], {}, "")}
    assert empty <= {"publisher_iri", "hvd", "in_series", "serves", "endpoint_url", "sectors"}
    assert one.title == {"en": "Wells", "de": "Brunnen"}
    assert one.keywords == {"en": ["water"], "de": ["Wasser"], "": ["H2O"]}
    assert len(one.contacts) == len(one.creators) == len(one.temporal) == 2
    assert both[1][MODEL].type == "series"


def test_what_a_record_does_not_state_its_package_states_for_it(both: Any) -> None:
    """CKAN's packages always have an id and dates; harvesters take them where nothing else is told."""
    records, again, _found = both
    for iri in (XRAY, WIND):
        stated, come = carried(records[iri]), carried(again[iri])
        told = {name for name in stated if stated[name] != come[name]}
        assert told <= {"identifiers", "issued", "modified"}
        assert again[iri].identifiers == [records[iri].id]
        assert again[iri].modified == records[iri].modified


def test_the_door_gives_nothing_that_our_own_harvester_does_not_know(both: Any) -> None:
    # Formats come as codes and are aligned again; wrong dates of the source stay wrong.
    # Of what validation says, its own doors tell.
    rules = {one.rule for one in both[2] if one.profile is None}
    assert {one for one in rules if not one.startswith("align.format.")} <= {"ckan.bad-date"}
