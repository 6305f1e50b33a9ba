"""The doors that people and programs come in by: pages, JSON, linked data, SPARQL."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from api import (
    access,
    audit,
    audit_pages,
    calendar,
    catalog,
    ckan,
    clusters,
    clusters_pages,
    datasets,
    deprecating,
    desk_pages,
    docs,
    ecosystem,
    ecosystem_pages,
    federation,
    feeds,
    forms,
    forms_pages,
    guarding,
    health,
    keys,
    linked,
    outcomes,
    outcomes_pages,
    pages,
    people,
    people_pages,
    problems,
    push,
    quality,
    quality_pages,
    registering,
    request_pages,
    sessions,
    signing_in,
    sparql,
    validating,
    validating_pages,
    watching,
    workflows,
)
from api.context import EXTENSION
from api.gate import Gate
from catalogue.bootstrap import Catalogue
from catalogue.ecosystem.registry import Registry
from catalogue.harvest.single import Readers
from catalogue.validate.profiles import named_files

BODY = 1024 * 1024  # bytes that a public request may bring


def create_app(catalogue: Catalogue) -> Flask:
    """The web application over an opened catalogue."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config.update(
        MAX_CONTENT_LENGTH=BODY,
        API_TITLE=f"{catalogue.settings.catalog_title}: API",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}},
            "servers": [{"url": catalogue.settings.site}],
            "components": {
                "securitySchemes": {
                    "key": {"type": "http", "scheme": "bearer", "description": "of a node"},
                    "token": {"type": "http", "scheme": "bearer", "description": "of a person"},
                    "session": {
                        "type": "apiKey",
                        "in": "cookie",
                        "name": "aicat-session",
                        "description": "of a browser; changes also take X-CSRF-Token. By https the"
                        " cookie's name begins with __Host-",
                    },
                }
            },
        },
    )
    app.extensions[EXTENSION] = catalogue
    app.extensions[ecosystem.EXTENSION] = Registry(catalogue.journal)
    app.extensions[push.READERS] = Readers(files=named_files(catalogue.settings.shapes))
    app.extensions[push.PLACES] = push.Places(max(1, catalogue.settings.threads // 2))
    validating.install(app, catalogue.settings.shapes)
    app.url_map.strict_slashes = False
    guarding.install(app)
    deprecating.install(app)
    keys.install(app, catalogue.settings.rate)
    sessions.install(app)
    signing_in.install(app)
    rest = Api(app)
    problems.install(app)  # after the API, whose own handlers these replace
    for door in (
        datasets,
        feeds,
        federation,
        ecosystem,
        registering,
        people,
        forms,
        push,
        access,
        workflows,
        audit,
        validating,
        outcomes,
        quality,
        clusters,
    ):
        rest.register_blueprint(door.blueprint)
    for plain in (
        linked,
        catalog,
        sparql,
        ckan,
        docs,
        health,
        pages,
        watching,
        calendar,
        ecosystem_pages,
        signing_in,
        people_pages,
        request_pages,
        desk_pages,
        audit_pages,
        forms_pages,
        validating_pages,
        outcomes_pages,
        quality_pages,
        clusters_pages,
    ):
        app.register_blueprint(plain.blueprint)
    app.register_blueprint(ecosystem.feed)
    health.install(app)
    _believe(app, catalogue.settings.trusted_proxies)
    app.wsgi_app = Gate(app.wsgi_app, catalogue.settings.threads)  # type: ignore[method-assign,assignment]
    return app


def _believe(app: Flask, proxies: int) -> None:
    """Take the address of who asks from so many proxies in front of us, and nothing else: what they say
    of host, scheme and path is never believed, as our addresses come from the settings."""
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )
