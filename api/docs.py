"""`/api/docs`: the OpenAPI document for people to try, with the assets of a package."""

from __future__ import annotations

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, redirect, render_template, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from api.pages import shell

ASSETS = Path(flask_swagger_ui.__file__).parent / "dist"

blueprint = Blueprint("docs", __name__)


@blueprint.get("/api/docs")
def page() -> Response:
    """Swagger UI on our document, started by a script of ours (our CSP allows no inline one)."""
    return Response(render_template("docs.html", **shell("api")), mimetype="text/html")


@blueprint.get("/api/docs/dist/<path:name>")
def asset(name: str) -> Response:
    """A file of the package."""
    return send_from_directory(ASSETS, name)


@blueprint.get("/api")
@blueprint.get("/api/v1")
def start() -> AnyResponse:
    """Whoever knows the beginning only finds the rest."""
    return redirect("/api/docs", 302)
