"""DCAT in any serialisation of RDF, over HTTP with Hydra paging, or from files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Client, Feed
from catalogue.rdf.formats import BY_MEDIA_TYPE
from harvesters.dcat.fetch import fetch, since
from harvesters.dcat.map import map_page


class Options(Schema):
    """What an operator may set for a source of this kind."""

    media_type = fields.String(
        load_default="",
        validate=validate.OneOf(["", *BY_MEDIA_TYPE]),
        metadata={"description": "taken instead of the one that the server sends"},
    )


class DcatHarvester:
    """`catalogue.ports.Harvester` for DCAT."""

    kind = "dcat"
    options: type[Any] = Options

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:
        return fetch(feed, client, cursor)

    def since(
        self,
        feed: Feed,
        moment: datetime | None,
        *,
        probe: bool = False,  # noqa: ARG002 a page says its total in any case
    ) -> str | None:
        return since(feed, moment)

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
        return map_page(feed, page)


harvester = DcatHarvester()
