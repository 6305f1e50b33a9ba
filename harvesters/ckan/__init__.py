"""CKAN and DKAN portals, by their action API or as files of packages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Client, Feed
from harvesters.ckan.fetch import fetch_page, since
from harvesters.ckan.map import map_page
from harvesters.ckan.options import CkanOptions


class CkanHarvester:
    """The protocol of the action API (docs.ckan.org, "API guide"), version 3."""

    kind = "ckan"
    options: type[Any] = CkanOptions

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:
        return fetch_page(feed, client, cursor)

    def since(self, feed: Feed, moment: datetime | None, *, probe: bool = False) -> str | None:
        return since(feed, moment, probe=probe)

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
        return map_page(feed, page)


harvester = CkanHarvester()
