"""Real records score what was worked out by hand from their files and the published methodology.

Each row names a file, a record of it, which of its addresses answer (made up here: nothing is asked for),
how many rules of DCAT-AP it breaks (given here, too: the judge has tests of its own), and the points for each
metric, in the order of the methodology. They were written down from reading the files, before the code
that computes them had run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
import zstandard

from catalogue.harvest.prepare import prepare
from catalogue.model import Judged, Link, Mapped, Page
from catalogue.ports import Feed, Harvester
from catalogue.quality import assess
from catalogue.quality.metrics import DIMENSIONS, METRICS
from catalogue.rdf.subjects import by_subject
from harvesters.ckan import harvester as ckan
from harvesters.dcat import harvester as dcat
from tests.conftest import real_data

CHECKED = datetime(2026, 11, 1, tzinfo=UTC)
ES = "http://dcat-ap-es.ejemplo.org"
SE = "http://www.trafikverket.se/tjanster/Oppna_data/trafikinformation-i-realtid/Trafikinformation-vag-i-realtid"
DE = "https://example.com/resource"
IT = "https://raw.githubusercontent.com/BresciaMobilita/Open-Data/refs/heads/main/Sosta"
UNIBO = "https://dati.unibo.it/dataset/db4cb33d-4122-4377-bdc4-75b4d6dd6a10"
POTSDAM = "https://opendata.potsdam.de/api/v2/catalog/datasets/3d-gebaudemodell-lod2-citygml"
BE = (
    "https://financien.belgium.be/sites/default/files/Statistieken_SD/open-data/"
    "administratieve-geschillen-beslissingen.xlsx"
)


@dataclass(frozen=True)
class Row:
    """`find`, `access`, `inter`, `reuse`, `context`: the points of each metric of the dimension."""

    file: str
    record: str  # the end of its key
    violations: int
    find: tuple[int, ...]  # keyword theme spatial temporal
    access: tuple[int, ...]  # accessURL answers, downloadURL, downloadURL answers
    inter: tuple[int, ...]  # format, media type, both of tables, open, machine-readable, DCAT-AP
    reuse: tuple[int, ...]  # licence, known, access rights, of table, contact, publisher
    context: tuple[int, ...]  # rights, size, issued, modified
    total: int
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def points(self) -> tuple[int, ...]:
        return (*self.find, *self.access, *self.inter, *self.reuse, *self.context)


# fmt: off
ROWS = (
    # A theme, a publisher that is not described, and one distribution with an address only.
    Row("dcat-turtle/es/E_DCAT-AP-ES_minimal.ttl", "dataset/dataset-ejemplo-1", 1,
        (0, 30, 0, 0), (50, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 0, 10), (0, 0, 0, 0), 90,
        {f"{ES}/files/dataset-ejemplo-1.CSV": 200}),
    # No distribution at all; restricted, by the EU table; issued only.
    Row("dcat-turtle/health/FDZ-Gesundheit.ttl", "zenodo.org/records/11472236", 2,
        (30, 30, 20, 0), (0, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 10, 5, 20, 10), (0, 0, 5, 0), 130),
    # The access address is text; XML is open and machine-readable; CC0 by its IRI; rights are stated.
    Row("dcat-turtle/se-nap-mobilitydcat.ttl", "ec459578-a11f-4728-acaa-16b08ae45cfa", 0,
        (30, 30, 20, 0), (50, 0, 0), (20, 0, 0, 20, 20, 30), (20, 10, 0, 0, 20, 10), (5, 0, 5, 5), 295,
        {f"{SE}/Sa-har-far-du-tillgang-till-data-for-trafikinformation-i-realtid/": 200}),
    # Themes as text count; "JSON" is aligned to the EU's file type; no licence anywhere.
    Row("dcat-jsonld/fr-udata/nested.jsonld", "data.test.org/datasets/1", 0,
        (30, 30, 20, 20), (50, 0, 0), (20, 0, 0, 20, 20, 30), (0, 0, 0, 0, 20, 10), (0, 0, 5, 5), 280,
        {"http://data.test.org/datasets/1/resources/1/file.json": 301}),
    # Two distributions: the CSV's page answers but its file does not (70), the XML's file answers but
    # its page does not (50); the better one counts, not both. A German licence of the collection.
    Row("dcat-turtle/de/dcat_ap_de-RefImp_TTL_ADVANCED.ttl", "d4ce4e6e-ab89-44cb-bf5c-33a162c234de#dataset", 0,
        (30, 30, 0, 0), (50, 20, 0), (20, 0, 0, 20, 20, 30), (20, 10, 0, 0, 20, 10), (0, 5, 5, 5), 295,
        {f"{DE}/de72be51-7910-43ad-9dfc-10797b42cc0b": 200,
         "http://example.com/badegewaesser/Badegewaesser_messwerte_historisch_HH_2004-2013.zip": 404,
         f"{DE}/a289c289-55c9-410f-b4c7-f88e5f6f4e47": 404,
         "http://example.com/badegewaesser/Badegewaesser_HH_2004-2013.zip": 200}),
    # Page and file are the same address; nothing to find it by.
    Row("dcat-turtle/de/dcat_ap_de-RefImp_TTL_SIMPLE.ttl", "d4ce4e6e-ab89-44cb-bf5c-33a162c234de#dataset", 0,
        (0, 0, 0, 0), (50, 20, 30), (0, 0, 0, 0, 0, 30), (20, 10, 0, 0, 20, 0), (0, 0, 0, 0), 180,
        {"http://example.com/Badegewaesser_HH_2004-2013.zip": 206}),
    # The format is a relative IRI, so of no table; Italy's list says that its licence IRI is CC BY 4.0.
    Row("dcat-rdfxml/it-brescia-mobilita.rdf", "Open-Data/sosta", 3,
        (30, 30, 0, 0), (50, 0, 0), (20, 0, 0, 0, 0, 0), (20, 10, 10, 5, 20, 10), (5, 0, 5, 5), 220,
        {f"{IT}/Parcheggio%20in%20struttura%20-%20Brescia.csv": 200, f"{IT}/Parcometri%20-%20Brescia.csv": 0}),
    # csv with text/csv: everything about formats; a licence that is a text; no contact, no dates.
    Row("dcat-turtle/de-potsdam-opendatasoft.ttl", "/3d-gebaudemodell-lod2-citygml", 1,
        (30, 30, 0, 0), (50, 0, 0), (20, 10, 10, 20, 20, 0), (20, 0, 0, 0, 0, 10), (0, 0, 0, 0), 220,
        {f"{POTSDAM}/exports/csv": 200, f"{POTSDAM}/exports/shp": 500}),
    # A licence of the dataset is none of a distribution; the dates are of the point, not of the dataset.
    Row("fdp/dataset_898ca4b8-197b-4d40-bc81-d9cd88197670.ttl", "dataset/898ca4b8-197b-4d40-bc81-d9cd88197670", 4,
        (30, 30, 20, 20), (0, 0, 0), (0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 20, 10), (0, 0, 0, 0), 130),
    # No keyword; two CSV files; CC BY 3.0 IT is in the collection by its own address.
    Row("dcat-rdfxml/it-unibo.rdf", "db4cb33d-4122-4377-bdc4-75b4d6dd6a10", 0,
        (0, 30, 0, 0), (50, 20, 30), (20, 0, 0, 20, 20, 30), (20, 10, 0, 0, 20, 10), (0, 0, 5, 5), 290,
        {f"{UNIBO}/resource/3b9adbe8-c448-4f2f-b0f9-200d7c72869b": 200,
         f"{UNIBO}/resource/3b9adbe8-c448-4f2f-b0f9-200d7c72869b/download/aule_2016.csv": 200,
         f"{UNIBO}/resource/23f2c258-b45d-4a71-a965-8b3b54b47df1": 410}),
    # A format that lists five; distributions without names; the publisher is the catalogue's alone.
    Row("dcat-turtle/no-fdk/harvest_response_1.ttl", "testdirektoratet.no/model/dataset/1", 2,
        (30, 30, 0, 20), (50, 0, 0), (20, 0, 0, 0, 0, 0), (20, 0, 10, 5, 20, 0), (0, 0, 5, 0), 210,
        {"http://testdirektoratet.no/data/test/1": 404, "http://testdirektoratet.no/data/test/2": 200}),
    # CKAN with every field of DCAT-AP; the access rights are a sentence; CC BY 3.0.
    Row("ckan/ckan_full_dataset_dcat_ap.json", "", 0,
        (30, 30, 20, 20), (50, 20, 30), (20, 0, 0, 20, 20, 30), (20, 10, 10, 0, 20, 10), (5, 5, 5, 5), 380,
        {"https://example.com/data.csv": 200}),
    # A photograph of data.gov: JPEG is of the tables, but neither open nor machine-readable.
    Row("ckan-bulk/us-data-gov-2017-10k.jsonl.zst", "0002abc1-fcf7-465d-a7dc-b0cde941cd1e", 1,
        (30, 30, 20, 0), (50, 0, 0), (20, 10, 10, 0, 0, 0), (0, 0, 10, 5, 20, 10), (0, 0, 5, 5), 225,
        {"https://ecos.fws.gov/ServCat/DownloadFile/11977?Reference=12324": 200}),
    # XLSX is machine-readable, not open; the licence is the dataset's; both addresses are dead. INSPIRE's
    # "no limitations" is aligned to the table's PUBLIC.
    Row("dcat-rdfxml/be-fps-finance-geonetwork.rdf", "administratieve-geschillen-beslissingen-meta", 1,
        (30, 30, 20, 20), (0, 20, 0), (20, 10, 10, 0, 20, 0), (0, 0, 10, 5, 20, 10), (0, 0, 5, 5), 235,
        {BE: 404}),
)
# fmt: on


def records(path: Path) -> list[Mapped]:
    harvester: Harvester = ckan if "ckan" in path.parent.name else dcat
    url = "http://portal.example/feed"
    if path.suffix == ".zst":
        with path.open("rb") as packed:
            lines = zstandard.ZstdDecompressor().stream_reader(packed).read(20_000).split(b"\n")
        body = b'{"success": true, "result": [' + b",".join(islice(lines, 2)) + b"]}"
    else:
        body = path.read_bytes()
    media_type = "application/json" if harvester is ckan else ""
    page = Page("document" if harvester is ckan else "", url, media_type, body)
    return [one for one in harvester.map(Feed("s", url), page) if isinstance(one, Mapped)]


def record(row: Row) -> Mapped:
    found = [
        one
        for one in records(real_data() / "catalogues" / row.file)
        if one.type == "dataset" and one.key.endswith(row.record)
    ]
    assert len(found) == 1, [one.key for one in found]
    return found[0]


@pytest.mark.parametrize("row", ROWS, ids=[row.file for row in ROWS])
def test_a_real_record_scores_what_was_worked_out_by_hand(row: Row) -> None:
    entry = prepare(record(row), b"")
    assert entry.graph is not None
    judged = Judged("dcat-ap-3", row.violations, 0, 0, True)
    links = {url: Link(url, status, CHECKED) for url, status in row.answers.items()}
    lines = entry.graph.decode().splitlines()
    found = assess(by_subject(lines), f"<{entry.iri}>", judged, links)
    names = [one.name for one in METRICS]
    assert dict(zip(names, found.got, strict=True)) == dict(zip(names, row.points, strict=True))
    assert found.points == row.total == sum(row.points)
    by_dimension = (row.find, row.access, row.inter, row.reuse, row.context)
    assert found.dimensions == dict(zip(DIMENSIONS, map(sum, by_dimension), strict=True))
