"""A small catalogue made the real way: feeds on disk, harvested, projected, opened for reading."""

from __future__ import annotations

from pathlib import Path

from catalogue.bootstrap import guarded_client, open_journal
from catalogue.ecosystem.registry import Registry
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.home import Keeper
from catalogue.model import Node, RunState, Source
from catalogue.ports import Journal
from catalogue.settings import Settings

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix theme: <http://publications.europa.eu/resource/authority/data-theme/> .
@prefix right: <http://publications.europa.eu/resource/authority/access-right/> .
@prefix type: <http://publications.europa.eu/resource/authority/file-type/> .
@prefix licence: <http://publications.europa.eu/resource/authority/licence/> .
@prefix country: <http://publications.europa.eu/resource/authority/country/> .
"""

XRAY = "https://hospital.example/xray"
WIND = "https://energy.example/wind"
EVIL = "https://evil.example/record"
HIDDEN = "https://hospital.example/members-only"
WITHDRAWN = "https://gone.example/record"

HEALTH = f"""{PREFIXES}
<{XRAY}> a dcat:Dataset ;
  dct:title "Chest x-ray images"@en , "Röntgenbilder des Brustkorbs"@de ;
  dct:description "Radiographs with findings by three readers."@en ;
  dcat:keyword "radiology"@en , "chest"@en ; dcat:theme theme:HEAL ;
  dct:publisher <https://hospital.example/> ; dct:accessRights right:RESTRICTED ;
  dct:spatial country:AUT ; dct:issued "2023-01-05"^^xsd:date ; dct:modified "2024-03-01"^^xsd:date ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Data desk" ; vcard:hasEmail <mailto:data@hospital.example> ] ;
  dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2020-01-01"^^xsd:date ] ;
  dcat:distribution <{XRAY}/zip> .
<https://hospital.example/> a foaf:Agent ; foaf:name "Example Hospital (fictional)" .
<{XRAY}/zip> a dcat:Distribution ; dct:title "All images"@en ; dct:format type:ZIP ;
  dcat:accessURL <{XRAY}/get> ; dcat:downloadURL <{XRAY}/all.zip> ; dct:license licence:CC_BY_4_0 ;
  dcat:byteSize "734003200"^^xsd:decimal .
"""
ENERGY = f"""{PREFIXES}
<{WIND}> a dcat:Dataset ; dct:title "Windpark Messdaten"@de ; dcat:theme theme:ENER ;
  dct:description "Leistung und Wind, zehn Minuten."@de ; dct:accessRights right:PUBLIC ;
  dct:publisher <https://hospital.example/> ; dct:modified "2025-06-01T10:00:00Z"^^xsd:dateTime ;
  dcat:distribution <{WIND}/csv> , <{WIND}/parquet> .
<{WIND}/csv> a dcat:Distribution ; dct:format type:CSV ; dcat:accessURL <{WIND}/csv> .
<{WIND}/parquet> a dcat:Distribution ; dct:format type:PARQUET ; dcat:accessURL <{WIND}/parquet> .
"""
PAYLOAD = "</title></script><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"
HOSTILE = f"""{PREFIXES}
<{EVIL}> a dcat:Dataset ; dct:title "{PAYLOAD}"@en ; dct:description "{PAYLOAD} [x](javascript:alert(3))"@en ;
  dcat:keyword "{PAYLOAD}"@en ; dct:publisher [ a foaf:Agent ; foaf:name "{PAYLOAD}" ] ;
  dct:identifier "{PAYLOAD}" ; dcat:landingPage <javascript:alert(4)> ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "{PAYLOAD}" ; vcard:hasURL <javascript:alert(5)> ] ;
  dcat:distribution [ a dcat:Distribution ; dct:title "{PAYLOAD}"@en ; dct:format "{PAYLOAD}" ;
    dcat:accessURL <javascript:alert(6)> ; dcat:downloadURL <data:text/html,hello> ] .
"""
MEMBERS = f"""{PREFIXES}
<{HIDDEN}> a dcat:Dataset ; dct:title "Confidential ward register"@en ; dct:publisher <https://hospital.example/> .
<https://hospital.example/> foaf:name "Example Hospital (fictional)" .
"""
GONE = f"""{PREFIXES}
<{WITHDRAWN}> a dcat:Dataset ; dct:title "Withdrawn register"@en .
"""
FEEDS = {
    "at-health": ("at", HEALTH, {}),
    "de-energy": ("de", ENERGY, {}),
    "evil": ("de", HOSTILE, {}),
    "at-members": ("at", MEMBERS, {"visibility": "members"}),
    "gone": ("de", GONE, {}),
}


def build(folder: Path) -> Settings:
    """Harvest the feeds into a data folder; return the settings to open it with."""
    settings = Settings(data_dir=folder / "var", base_url="https://catalogue.example")
    with open_journal(settings) as journal:
        journal.add_node(Node("at", "Austrian Node (fictional)", "AT"))
        journal.add_node(Node("de", "German Node (fictional)", "DE"))
        for source_id, (node, text, options) in FEEDS.items():
            feed = folder / f"{source_id}.ttl"
            feed.write_text(text, encoding="utf-8")
            visibility = options.get("visibility", "public")
            journal.add_source(
                Source(source_id, node, "dcat", feed.as_uri(), options, visibility=visibility)
            )
            run = journal.runs.queue(source_id)
            ended = carry_out(run.id, journal, guarded_client(settings), worker_name())
            assert ended is not None
            assert ended.state is RunState.DONE, ended.error
        journal.remove_source("gone")
        catch_up(settings, journal)
    return settings


def build_registry(folder: Path) -> Settings:
    """A catalogue that holds the registry as it begins, and nothing else."""
    settings = Settings(data_dir=folder / "var", base_url="https://catalogue.example")
    with open_journal(settings) as journal:
        Registry(journal).load()
        catch_up(settings, journal)
    return settings


def catch_up(settings: Settings, journal: Journal) -> None:
    """Bring the projections up to what the journal holds."""
    with Keeper(settings, journal) as keeper:
        assert len(keeper.projections) == 2
