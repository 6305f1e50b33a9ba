"""The demo federation, read by independent clients: rdflib and ckanapi."""

from __future__ import annotations

import gzip
import re
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import ckanapi
import pytest
import rdflib
from rdflib import DCAT, RDF

from catalogue.model import SECTORS
from deploy.demo.federation import PORTALS, portal
from deploy.demo.portals import Server, open_portals
from deploy.demo.records import CONTENT, members

# rdflib warns of its own ways with datasets.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MEMBERS = members()
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
FORMATS = {
    "turtle": "turtle",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "trig",
    "ntriples": "nt",
    "nquads": "nquads",
}
KINDS = (
    DCAT.Dataset,
    rdflib.URIRef(f"{DCAT}DatasetSeries"),
    DCAT.DataService,
    rdflib.URIRef("http://data.europa.eu/it6/MachineLearningModel"),
)
RUINED = {"undeclared-prefix", "wrong-byte"}  # what rdflib rightly cannot read


@pytest.fixture(scope="module")
def portals() -> Iterator[dict[str, Server]]:
    servers = open_portals(CONTENT, 0)
    threads = [threading.Thread(target=one.serve_forever) for one in servers]
    for thread in threads:
        thread.start()
    yield {one.site.member.id: one for one in servers}
    for one in servers:
        one.shutdown()
        one.server_close()
    for thread in threads:
        thread.join()


def test_the_federation_is_as_large_and_various_as_promised() -> None:
    records = [record for one in MEMBERS for record in one.records]
    assert len(MEMBERS) >= 8
    assert len({one.country for one in MEMBERS}) >= 8
    assert len(records) >= 450
    assert len({lang for record in records for lang in record.title}) >= 10
    assert set(Counter(record.sector for record in records)) == set(SECTORS)
    assert min(Counter(record.sector for record in records).values()) >= 45
    assert {record.access for record in records} >= {"public", "restricted", "non-public"}
    assert {record.type for record in records} >= {"dataset", "series", "service", "model"}


def test_ids_are_unique_and_organisations_and_hosts_are_made_up() -> None:
    for one in MEMBERS:
        ids = [record.id for record in one.records]
        assert len(ids) == len(set(ids)), one.id
        assert "fictional" in one.name
        assert one.homepage.endswith(".example/")
        assert re.search(r"@[a-z]+\.example\Z", one.contact)
        assert set(PORTALS) == {member.id for member in MEMBERS}


def get(address: str, **headers: str) -> tuple[bytes, dict[str, str]]:
    request = urllib.request.Request(
        address, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        body = answer.read()
        told = {name.lower(): value for name, value in answer.headers.items()}
    if told.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    return body, told


@pytest.mark.parametrize("member", [one.id for one in MEMBERS if portal(one).kind == "dcat"])
def test_rdflib_reads_every_record_of_a_dcat_portal(
    portals: dict[str, Server], member: str
) -> None:
    server = portals[member]
    how = portal(server.site.member)
    graph = rdflib.Dataset()
    accept = "application/n-triples" if RUINED & set(how.defects) else "*/*"
    address = f"{server.site.base}/catalog"
    pages = 0
    while address:
        body, told = get(address, Accept=accept)
        media = "nt" if "n-triples" in told["content-type"] else FORMATS[how.form]
        page = rdflib.Dataset()
        page.parse(data=body, format=media)
        for quad in page.quads():
            graph.add(quad[:3])
        following = [o for path in ("next", "nextPage") for o in page.objects(None, HYDRA[path])]
        address = str(following[0]) if following else ""
        pages += 1
    found = {s for kind in KINDS for s in graph.subjects(RDF.type, kind)}
    ids = {f"{server.site.member.homepage}id/{one.id}" for one in server.site.member.records}
    assert ids <= {str(one) for one in found}
    assert (pages > 1) == bool(how.page)


@pytest.mark.parametrize("member", [one.id for one in MEMBERS if portal(one).kind == "ckan"])
def test_ckanapi_walks_a_ckan_portal(portals: dict[str, Server], member: str) -> None:
    server = portals[member]
    seen: dict[str, str] = {}
    with ckanapi.RemoteCKAN(server.site.base, user_agent="test") as portal_:
        start = 0
        while page := portal_.action.package_search(rows=7, start=start)["results"]:
            seen.update({one["name"]: one["id"] for one in page})
            start += 7
        names = portal_.action.package_list()
        assert {one.id for one in server.site.member.records} <= set(names)
        one = portal_.action.package_show(id=seen[server.site.member.records[0].id])
        assert one["name"] == server.site.member.records[0].id
        assert portal_.action.organization_list()
        with pytest.raises(ckanapi.NotFound):
            portal_.action.package_show(id="nothing")
    assert {one.id for one in server.site.member.records} <= set(seen)


def test_portals_speak_http_as_clients_expect(portals: dict[str, Server]) -> None:
    base = portals["dk-sund"].site.base
    body, told = get(f"{base}/catalog", Accept_Encoding="gzip")
    assert told["content-type"] == "application/trig"
    with pytest.raises(urllib.error.HTTPError) as unchanged:
        get(f"{base}/catalog", If_None_Match=told["etag"], Accept_Encoding="gzip")
    assert unchanged.value.code == 304
    turtle, other = get(f"{base}/catalog", Accept="text/turtle")
    assert other["content-type"] == "text/turtle"
    assert turtle != body
    with pytest.raises(urllib.error.HTTPError) as missing:
        get(f"{base}/nothing")
    assert missing.value.code == 404


def test_an_edited_title_is_served_at_once(tmp_path: Path) -> None:
    copy = tmp_path / "dk-sund.toml"
    copy.write_bytes((CONTENT / "dk-sund.toml").read_bytes())
    (server,) = open_portals(tmp_path, 0)
    try:
        before = server.site.catalog(1, None)
        copy.write_text(copy.read_text().replace("Fjernvarme", "Fjernkøling"))
        after = server.site.catalog(1, None)
    finally:
        server.server_close()
    assert before is not None
    assert after is not None
    assert "Fjernkøling" in after[0].decode()
    assert "Fjernkøling" not in before[0].decode()


def test_without_its_content_the_demo_has_no_members(tmp_path: Path) -> None:
    assert members(tmp_path / "nothing") == []
