"""`v1` only grows, and what will go says so first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_smorest import Api
from marshmallow import Schema, fields

from api import deprecating, problems
from api.context import EXTENSION
from api.deprecating import Deprecation
from api.schemas import StrictBlueprint
from catalogue.bootstrap import Catalogue
from catalogue.errors import NotFound

LIST = Path(__file__).with_name("v1.txt")
DEPTH = 4  # of members within members

# --- it only grows -----------------------------------------------------------------------------------


def members(told: dict[str, Any], schema: dict[str, Any], depth: int = DEPTH) -> Iterator[str]:
    """Names of what an answer holds; of what is within with dots, `*` for any name."""
    while "$ref" in schema or "items" in schema:
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = told["components"]["schemas"][name] if name else schema["items"]
    within = dict(schema.get("properties", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        within["*"] = schema["additionalProperties"]
    for name, one in within.items():
        if name != "*":
            yield name
        if depth:
            yield from (f"{name}.{deeper}" for deeper in members(told, one, depth - 1))


def operations(told: dict[str, Any]) -> dict[str, set[str]]:
    """What a reader may rely on, by operation: parameters, one that must be given with `!`; names in
    each good answer."""
    found: dict[str, set[str]] = {}
    for path, item in told["paths"].items():
        for method in {"get", "put", "post", "delete", "patch"} & set(item):
            one = item[method]
            asked = [*item.get("parameters", ()), *one.get("parameters", ())]
            words = {
                f"{said['in']}:{said['name']}{'!' * said.get('required', False)}" for said in asked
            }
            for status, answer in one["responses"].items():
                if status[0] == "2":
                    words.add(status)
                    for content in answer.get("content", {}).values():
                        words |= set(members(told, content["schema"]))
            found[f"{method.upper()} {path}"] = words
    return found


def test_all_that_a_program_may_rely_on_is_still_there(client: FlaskClient) -> None:
    now = operations(client.get("/api/v1/openapi.json").get_json())
    listed = [line.split(" | ") for line in LIST.read_text(encoding="utf-8").splitlines()]
    assert len(listed) > 20
    for operation, words in listed:
        lost = set(words.split()) - now.get(operation, set())
        assert not lost, f"v1 only grows, and {operation} has lost {sorted(lost)}"
        forced = {one for one in now[operation] - set(words.split()) if one.endswith("!")}
        assert not forced, f"{operation} cannot ask for {sorted(forced)} that it did not before"


def test_answers_may_grow(client: FlaskClient) -> None:
    schemas = client.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    for name in ("Item", "Found", "Detail", "Listed", "Anything"):
        assert schemas[name]["additionalProperties"] is not False, name


# --- what will go says so ----------------------------------------------------------------------------

SINCE = datetime(2031, 3, 1, tzinfo=UTC)
LATER = datetime(2031, 5, 1, tzinfo=UTC)
GUIDE = "https://catalogue.example/docs/old"
OLD = Deprecation(SINCE, GUIDE, SINCE + timedelta(days=400))
OLD_PARAMETER = Deprecation(LATER, f"{GUIDE}#colour", SINCE + timedelta(days=500))


class Query(Schema):
    colour = fields.String(metadata=OLD_PARAMETER.parameter("the colour"))
    shade = fields.Integer(
        data_key="tone", metadata=Deprecation(LATER, GUIDE).parameter("the tone")
    )


blueprint = StrictBlueprint("old", __name__)


@blueprint.route("/old/<name>")
@OLD.route
@blueprint.arguments(Query, location="query")
@blueprint.response(200)
def old(given: dict[str, Any], name: str) -> dict[str, Any]:
    """A view of yesterday."""
    if name == "none":
        raise NotFound("none")
    return {"name": name}


@blueprint.route("/new")
@blueprint.arguments(Query, location="query")
@blueprint.response(200)
def new(given: dict[str, Any]) -> dict[str, Any]:
    return given


@pytest.fixture(scope="module")
def yesterday(catalogue: Catalogue) -> FlaskClient:
    """An application with a route and parameters that will go."""
    app = Flask(__name__)
    app.config.update(API_TITLE="T", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    app.config.update(OPENAPI_URL_PREFIX="/", OPENAPI_JSON_PATH="openapi.json")
    app.extensions[EXTENSION] = catalogue
    deprecating.install(app)
    rest = Api(app)
    problems.install(app)
    rest.register_blueprint(blueprint)
    return app.test_client()


def link(guide: str) -> str:
    return f'<{guide}>; rel="deprecation"; type="text/html"'


@pytest.mark.parametrize(
    ("path", "status"), [("/old/x", 200), ("/old/none", 404), ("/old/x?a=1", 400)]
)
def test_a_route_that_will_go_says_so_with_every_answer(
    yesterday: FlaskClient, path: str, status: int
) -> None:
    answer = yesterday.get(path)
    assert answer.status_code == status
    assert answer.headers["Deprecation"] == "@1930089600"
    assert answer.headers["Sunset"] == "Sun, 04 Apr 2032 00:00:00 GMT"
    assert answer.headers.getlist("Link") == [link(GUIDE)]


def test_a_parameter_that_will_go_says_so_to_those_who_use_it(yesterday: FlaskClient) -> None:
    headers = yesterday.get("/new").headers
    assert not {"Deprecation", "Sunset", "Link"} & set(headers.keys())
    headers = yesterday.get("/new?colour=red").headers
    assert headers["Deprecation"] == "@1935360000"
    assert headers["Sunset"] == "Tue, 13 Jul 2032 00:00:00 GMT"
    assert headers.getlist("Link") == [link(f"{GUIDE}#colour")]
    headers = yesterday.get("/new?tone=1").headers
    assert headers["Deprecation"] == "@1935360000"
    assert "Sunset" not in headers


def test_of_several_things_that_will_go_the_first_dates_are_told(yesterday: FlaskClient) -> None:
    headers = yesterday.get("/old/x?colour=red").headers
    assert headers["Deprecation"] == "@1930089600"
    assert headers["Sunset"] == "Sun, 04 Apr 2032 00:00:00 GMT"
    assert headers.getlist("Link") == [link(GUIDE), link(f"{GUIDE}#colour")]


def test_the_openapi_says_what_will_go(yesterday: FlaskClient) -> None:
    told = yesterday.get("/openapi.json").get_json()["paths"]
    assert told["/old/{name}"]["get"]["deprecated"] is True
    assert told["/old/{name}"]["get"]["summary"] == "A view of yesterday."
    assert "deprecated" not in told["/new"]["get"]
    asked = {one["name"]: one for one in told["/new"]["get"]["parameters"]}
    assert asked["colour"]["deprecated"] is True
    assert asked["colour"]["description"] == "the colour"
    assert "deprecation" not in str(asked)


def test_nothing_goes_without_a_year_s_notice_or_at_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="365 days"):
        Deprecation(SINCE, GUIDE, SINCE + timedelta(days=364))
    with pytest.raises(ValueError, match="zone"):
        Deprecation(datetime(2031, 3, 1), GUIDE)  # noqa: DTZ001
