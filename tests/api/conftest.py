"""One harvested catalogue and its application, for all tests of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import page_id
from tests.api import library


class WholeAnswers(FlaskClient):
    """Takes every answer to its end, as a server does: until then a request keeps its turn."""

    def open(self, *args: Any, buffered: bool = True, **more: Any) -> TestResponse:
        return super().open(*args, buffered=buffered, **more)


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(library.build(tmp_path_factory.mktemp("library")))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def app(catalogue: Catalogue) -> Flask:
    return create_app(catalogue)


def whole_answers(app: Flask) -> FlaskClient:
    """A client of the application."""
    app.test_client_class = WholeAnswers
    return app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return whole_answers(app)


@pytest.fixture
def id_of() -> Callable[[str], str]:
    """The page id of a record of the library by its IRI."""
    sources = {
        library.XRAY: "at-health",
        library.WIND: "de-energy",
        library.EVIL: "evil",
        library.HIDDEN: "at-members",
        library.WITHDRAWN: "gone",
    }
    return lambda iri: page_id(sources[iri], iri)
