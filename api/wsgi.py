"""Where a web server finds the application."""

from __future__ import annotations

from flask import Flask

from api import create_app
from catalogue.bootstrap import bootstrap
from catalogue.garbage import seldom_collected
from catalogue.settings import load


def create() -> Flask:
    """The application over the catalogue that the environment and `aicat.toml` name."""
    application = create_app(bootstrap(load()))
    seldom_collected()
    return application
