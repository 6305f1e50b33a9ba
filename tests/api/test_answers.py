"""What holds for every answer: problems, validators, CORS, headers, inert text."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from catalogue import errors
from catalogue.bootstrap import Catalogue
from tests.api.library import EVIL, XRAY

Ids = Callable[[str], str]
RAISED = {
    "/raise/400": errors.InvalidParameter("q", "is wrong"),
    "/raise/404": errors.NotFound("nothing here"),
    "/raise/409": errors.Conflict("taken"),
    "/raise/422": errors.UnreadableDocument("cannot be read", 3, 7),
    "/raise/502": errors.FetchError("no answer"),
    "/raise/503": errors.Unavailable("later", 7),
    "/raise/500": RuntimeError("secret detail"),
}


@pytest.fixture(scope="module")
def faulty(catalogue: Catalogue) -> FlaskClient:
    app = create_app(catalogue)
    for path, error in RAISED.items():

        def fail(error: Exception = error) -> None:
            raise error

        app.add_url_rule(path, path, fail)
    return app.test_client()


@pytest.mark.parametrize("path", RAISED)
def test_every_error_is_a_problem_of_one_shape(faulty: FlaskClient, path: str) -> None:
    answer = faulty.get(path)
    status = int(path.rsplit("/", 1)[1])
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert set(problem) >= {"type", "title", "status", "detail", "instance"}
    assert problem["status"] == status
    assert problem["instance"] == f"https://catalogue.example{path}"
    assert "secret" not in answer.get_data(as_text=True)


def test_problems_carry_the_parameter_the_place_and_the_time_to_wait(faulty: FlaskClient) -> None:
    assert faulty.get("/raise/400").get_json()["parameter"] == "q"
    unreadable = faulty.get("/raise/422").get_json()
    assert (unreadable["line"], unreadable["column"]) == (3, 7)
    assert faulty.get("/raise/503").headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("get", "/nowhere", 404), ("post", "/api/v1/datasets", 405), ("put", "/sparql", 405)],
)
def test_what_the_framework_refuses_has_the_same_shape(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = getattr(client, method)(path)
    assert answer.status_code == status
    assert answer.get_json()["status"] == status
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_a_browser_gets_a_page_for_an_error_of_a_page(client: FlaskClient) -> None:
    answer = client.get("/datasets/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "there is no record" in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/api/v1/datasets", "/", "/catalog.ttl", "/api/v1/sectors"])
def test_a_reader_who_has_the_answer_gets_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(path, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_scripts_of_other_sites_may_read_but_not_with_credentials(
    client: FlaskClient, id_of: Ids
) -> None:
    for path in ("/api/v1/datasets", f"/datasets/{id_of(XRAY)}.ttl", "/catalog.ttl", "/sparql"):
        headers = client.get(path, headers={"Origin": "https://other.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers
    asked = client.options("/api/v1/datasets", headers={"Access-Control-Request-Method": "GET"})
    assert asked.status_code == 200
    assert "GET" in asked.headers["Access-Control-Allow-Methods"]


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("address", ["/datasets/{id}", "/search?q=alert", "/", "/runs/{run}"])
def test_harvested_text_is_inert_on_every_page(
    client: FlaskClient, id_of: Ids, address: str
) -> None:
    run = client.get("/api/v1/runs?source=evil").get_json()["items"][0]["id"]
    answer = client.get(address.format(id=id_of(EVIL), run=run), headers={"Accept": "text/html"})
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    elements = Elements(answer.get_data(as_text=True)).found
    assert elements
    for tag, attributes in elements:
        if tag == "script":
            ours = str(attributes.get("src", "")).startswith(("/static/", "/api/docs/"))
            assert ours or attributes.get("type") == "application/ld+json"
        assert tag != "img"
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action"):
            assert not str(attributes.get(name) or "").lower().startswith(("javascript:", "data:"))
    assert "{{7*7}}" in answer.get_data(as_text=True) or address == "/runs/{run}"


def test_pages_and_answers_do_not_follow_the_host_header(client: FlaskClient, id_of: Ids) -> None:
    address = f"/datasets/{id_of(XRAY)}"
    for path in (
        address,
        f"{address}.ttl",
        "/catalog.ttl?limit=1",
        "/api/v1/datasets?limit=1",
        "/",
    ):
        answer = client.get(path, headers={"Host": "attacker.example", "Accept": "text/html"})
        assert "attacker.example" not in answer.get_data(as_text=True)
        assert "attacker.example" not in str(answer.headers)


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/sparql", data=b"x" * (1024 * 1024 + 1), content_type="application/sparql-query"
    )
    assert answer.status_code == 413


def test_health_and_metrics(client: FlaskClient, app: Flask) -> None:
    assert client.get("/livez").data == b"alive\n"
    assert client.get("/readyz").status_code == 200
    text = client.get("/metrics").get_data(as_text=True)
    assert 'aicat_projection_lag{name="graph"} 0.0' in text
    assert 'route="/livez"' in text


def test_not_ready_until_the_projections_have_caught_up(
    catalogue: Catalogue, tmp_path: Any
) -> None:
    from dataclasses import replace

    from catalogue.project.follower import Positions

    behind = replace(catalogue, positions=Positions(tmp_path / "none"))
    answer = create_app(behind).test_client().get("/readyz")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


def test_pages_of_the_federation_open(client: FlaskClient, id_of: Ids) -> None:
    run = client.get("/api/v1/runs").get_json()["items"][0]["id"]
    for path in ("/nodes", "/nodes/at", "/sources/at-health", f"/runs/{run}", "/api/docs"):
        assert client.get(path).status_code == 200, path
    page = client.get(f"/datasets/{id_of(XRAY)}", headers={"Accept": "text/html"})
    text = page.get_data(as_text=True)
    assert "Chest x-ray images" in text
    assert "734 MB" in text
    german = client.get(f"/datasets/{id_of(XRAY)}?lang=de", headers={"Accept": "text/html"})
    assert "<h1" in german.get_data(as_text=True)
    assert "Röntgenbilder" in german.get_data(as_text=True)
