"""`POST /api/v1/validate` and the page `/validate`."""

from __future__ import annotations

import gzip
import io
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from api import create_app
from api.validating import CHECKERS
from catalogue.bootstrap import Catalogue
from catalogue.errors import InvalidShapes
from catalogue.harvest.checking import LARGEST
from catalogue.validate.profiles import OURS
from tests.api.conftest import whole_answers
from vocab.findings import words
from vocab.languages import OFFICIAL

DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://portal.example/d> a dcat:Dataset ; dct:title "One"@en ; dct:publisher "<b>Who</b>" .
"""
ADDRESS = "/api/v1/validate"
TURTLE = {"Content-Type": "text/turtle"}


@pytest.fixture(scope="module")
def own(catalogue: Catalogue) -> Iterator[Flask]:
    """An application whose validating processes end with the module."""
    made = create_app(catalogue)
    yield made
    made.extensions[CHECKERS].close()


@pytest.fixture
def client(own: Flask) -> FlaskClient:
    return whole_answers(own)


def test_a_body_is_judged_and_every_finding_says_what_where_and_how_to_mend_it(
    client: FlaskClient,
) -> None:
    told = client.post(ADDRESS, data=DATASET, headers=TURTLE).get_json()
    assert told["total"] == len(told["items"])
    assert told["records"] == 1
    assert told["profiles"] == [{"name": "dcat-ap-3", "conforms": False}]
    found = {(one["path"].rpartition("/")[2], one["rule"]): one for one in told["items"]}
    missing = found["description", "sh:MinCountConstraintComponent"]
    assert missing["severity"] == "violation"
    assert missing["record"] == missing["focus"] == "http://portal.example/d"
    assert missing["hint"] == "Add dct:description."
    kind = found["publisher", "sh:NodeKindConstraintComponent"]
    assert kind["value"] == "<b>Who</b>"


@pytest.mark.parametrize("language", OFFICIAL)
def test_every_official_language_is_spoken(client: FlaskClient, language: str) -> None:
    told = client.post(f"{ADDRESS}?lang={language}", data=DATASET, headers=TURTLE).get_json()
    hints = {one["hint"] for one in told["items"]}
    said = words(language).hint["MinCount"]
    assert any(said.partition("{path}")[0] in one for one in hints)
    page = client.post(
        "/validate", data={"document": DATASET}, headers={"Accept-Language": language}
    ).get_data(as_text=True)
    assert f'lang="{language}">' in page
    assert any(str(escape(one)) in page for one in hints)


def test_messages_come_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    told = client.post(f"{ADDRESS}?lang=de", data=DATASET, headers=TURTLE).get_json()
    assert "dct:description fehlt" in str(told["items"])
    assert client.post(f"{ADDRESS}?lang=xx", data=DATASET, headers=TURTLE).status_code == 400


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    ],
)
def test_the_report_of_shacl_comes_by_accept(
    client: FlaskClient, media_type: str, kind: ox.RdfFormat
) -> None:
    answer = client.post(ADDRESS, data=DATASET, headers={**TURTLE, "Accept": media_type})
    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]
    quads = list(ox.parse(answer.data, kind))
    assert any(
        one.object
        == ox.Literal("false", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))
        for one in quads
    )
    total = client.post(ADDRESS, data=DATASET, headers=TURTLE).get_json()["total"]
    assert sum(one.predicate.value.endswith("shacl#result") for one in quads) == total


def test_json_ld_as_plain_json_is_a_document_and_not_an_address(client: FlaskClient) -> None:
    body = {"@id": "http://portal.example/d", "@type": "http://www.w3.org/ns/dcat#Dataset"}
    assert client.post(ADDRESS, json=body).get_json()["records"] == 1


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://portal.example/x", "http://127.0.0.1:9/x", "x", ""]
)
def test_an_address_that_must_not_be_read_is_refused_by_name(client: FlaskClient, url: str) -> None:
    answer = client.post(ADDRESS, json={"url": url})
    assert answer.status_code == 400
    assert answer.get_json()["parameter"] == "url"


def test_an_address_that_is_no_text_is_refused(client: FlaskClient) -> None:
    assert client.post(ADDRESS, json={"url": 7}).status_code == 400
    answer = client.post(ADDRESS, json={"url": "https://portal.example/", "profile": "dcat-ap-hvd"})
    assert (answer.status_code, answer.get_json()["parameter"]) == (400, "profile")


@pytest.mark.parametrize("body", ["5", "null", "true", '"text"'])
def test_json_that_is_no_document_is_not_said_to_conform(client: FlaskClient, body: str) -> None:
    answer = client.post(ADDRESS, data=body, headers={"Content-Type": "application/ld+json"})
    assert answer.status_code == 422


def test_an_empty_choice_of_profiles_is_the_usual_one(client: FlaskClient) -> None:
    told = client.post(f"{ADDRESS}?profile=", data=DATASET, headers=TURTLE).get_json()
    assert told["profiles"] == [{"name": "dcat-ap-3", "conforms": False}]


def test_a_file_of_gzip_is_a_document_too(client: FlaskClient) -> None:
    packed = gzip.compress(DATASET.encode())
    assert client.post(ADDRESS, data=packed, headers=TURTLE).get_json()["records"] == 1
    sent = {"file": (io.BytesIO(packed), "d.ttl.gz", "application/gzip")}
    assert "1 record," in client.post("/validate", data=sent).text


def test_what_cannot_be_judged_is_refused_with_the_reason(client: FlaskClient) -> None:
    assert client.post(f"{ADDRESS}?profile=nope", data=DATASET, headers=TURTLE).status_code == 400
    assert client.post(f"{ADDRESS}?shape=x", data=DATASET, headers=TURTLE).status_code == 400
    assert client.post(ADDRESS, data=b"", headers=TURTLE).status_code == 400
    assert (
        client.post(ADDRESS, data=b"<a>", headers={"Content-Type": "image/png"}).status_code == 415
    )
    broken = client.post(ADDRESS, data="<http://s.example/> a }", headers=TURTLE)
    assert broken.status_code == 422
    image = client.post(ADDRESS, data=DATASET, headers={**TURTLE, "Accept": "image/png"})
    assert image.status_code == 406


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post(ADDRESS, data=b"#" * (LARGEST + 1), headers=TURTLE)
    assert answer.status_code == 413


def test_a_document_that_ends_its_reader_is_refused_and_the_next_is_judged(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(child: subprocess.Popen[bytes]) -> None:
        child.kill()
        raise EOFError

    monkeypatch.setattr("catalogue.harvest.checking._answer", killed)
    answer = client.post(ADDRESS, data=DATASET, headers=TURTLE)
    assert answer.status_code == 400
    assert "smaller parts" in answer.get_json()["detail"]
    monkeypatch.undo()
    assert client.post(ADDRESS, data=DATASET, headers=TURTLE).status_code == 200


def test_an_operator_s_profile_is_asked_for_by_name_and_kept_apart(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> ."
        "<http://s.example/S> sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ;"
        " sh:property [ sh:path dct:identifier ; sh:minCount 1 ; sh:severity sh:Warning ] ."
    )
    app = create_app(_with_shapes(catalogue, f"mine={file}"))
    try:
        address = f"{ADDRESS}?profile=mine&profile=dcat-ap-3"
        told = whole_answers(app).post(address, data=DATASET, headers=TURTLE).get_json()
    finally:
        app.extensions[CHECKERS].close()
    (one,) = [one for one in told["items"] if one["profile"] == "mine"]
    assert (one["severity"], one["path"]) == ("warning", "http://purl.org/dc/terms/identifier")
    assert {one["name"] for one in told["profiles"]} == {"mine", "dcat-ap-3"}


def test_a_broken_file_of_shapes_stops_the_start(catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text("<http://s.example/S> <http://www.w3.org/ns/shacl#sparql> 1 .")
    with pytest.raises(InvalidShapes, match="sh:sparql"):
        create_app(_with_shapes(catalogue, f"mine={file}"))


class _Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        charset = "iso-8859-2" if self.path == "/polish.ttl" else "utf-8"
        self.send_response(200)
        self.send_header("Content-Type", f"text/turtle; charset={charset}")
        self.end_headers()
        text = DATASET.replace("Who", "Łódź") if self.path == "/polish.ttl" else DATASET
        self.wfile.write(
            b"#" * (LARGEST + 1) if self.path == "/large.ttl" else text.encode(charset)
        )

    def log_message(self, *words: object) -> None:
        """Quiet."""


@pytest.fixture
def portal() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_document_at_an_address_is_fetched_and_judged_unless_it_is_too_large(
    catalogue: Catalogue, portal: str
) -> None:
    settings = replace(catalogue.settings, allow_private_networks=True)
    app = create_app(replace(catalogue, settings=settings))
    client = whole_answers(app)
    try:
        told = client.post(ADDRESS, json={"url": f"{portal}/d.ttl"}).get_json()
        page = client.post("/validate", data={"url": f"{portal}/d.ttl"})
        large = client.post(ADDRESS, json={"url": f"{portal}/large.ttl"})
        polish = client.post(ADDRESS, json={"url": f"{portal}/polish.ttl"}).get_json()
    finally:
        app.extensions[CHECKERS].close()
    assert told["records"] == 1
    assert "<b>Łódź</b>" in {one["value"] for one in polish["items"]}
    assert "dct:description is missing" in page.text
    assert (large.status_code, large.get_json()["parameter"]) == (400, "url")


def _with_shapes(catalogue: Catalogue, shapes: str) -> Catalogue:
    return replace(catalogue, settings=replace(catalogue.settings, shapes=shapes))


# --- the page ---------------------------------------------------------------------------------------


def test_the_page_shows_findings_of_a_text_without_any_script_of_its_own(
    client: FlaskClient,
) -> None:
    page = client.get("/validate").text
    assert 'name="document"' in page
    answer = client.post("/validate", data={"document": DATASET, "profile": "dcat-ap-3"})
    assert answer.status_code == 200
    assert "dct:description is missing" in answer.text
    assert "&lt;b&gt;Who&lt;/b&gt;" in answer.text
    assert "does not conform" in answer.text


def test_the_page_and_the_interface_offer_every_profile_of_ours(client: FlaskClient) -> None:
    page = client.get("/validate").text
    for name in OURS:
        assert f'value="{name}"' in page
    address = f"{ADDRESS}?{'&'.join(f'profile={name}' for name in OURS)}"
    told = client.post(address, data=DATASET, headers=TURTLE).get_json()
    assert [one["name"] for one in told["profiles"]] == list(OURS)
    assert {one["profile"] for one in told["items"]} >= {
        "dcat-ap-3",
        "dcat-ap-hvd",
        "health-dcat-ap",
    }
    assert {one["conforms"] for one in told["profiles"] if one["name"] == "mldcat-ap"} == {True}


def test_the_page_takes_a_file_and_says_what_it_cannot_read(client: FlaskClient) -> None:
    sent = {"file": (io.BytesIO(DATASET.encode()), "d.ttl", "text/turtle")}
    assert "1 record," in client.post("/validate", data=sent).text
    assert client.post("/validate", data={}).status_code == 400
    broken = client.post("/validate", data={"document": "<http://s.example/> a }"})
    assert broken.status_code == 422
    assert 'role="alert"' in broken.text
