"""One harvested catalogue and its application, for all tests of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import page_id
from tests.api import library


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(library.build(tmp_path_factory.mktemp("library")))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def app(catalogue: Catalogue) -> Flask:
    return create_app(catalogue)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


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
