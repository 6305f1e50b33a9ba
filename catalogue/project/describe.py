"""What a record says, read off its graph once for every door: index, lists, pages, JSON."""

from __future__ import annotations

from dataclasses import dataclass

from catalogue.model import Sector

Texts = dict[str, str]
"""Text by language (two letters where the language has them); "" for untagged text."""


@dataclass(slots=True)
class Distribution:
    """`format`, `license`: the EU authority code, else what was given. `size` in bytes."""

    iri: str | None
    title: Texts
    description: Texts
    access_url: str | None
    download_url: str | None
    format: str | None
    media_type: str | None
    license: str | None
    size: int | None


@dataclass(slots=True)
class Description:
    """A record for people. Codes as in Distribution; dates are ISO 8601 UTC texts or None.

    `access` is public, restricted, non-public or None when not stated. `license` is the first of
    the record's own and its distributions'; `licenses` all. `bbox` is west, south, east, north.
    `country` is the one country that dct:spatial names, else the node's. `quality` is None.
    """

    id: str
    iri: str
    type: str
    title: Texts
    description: Texts
    keywords: dict[str, list[str]]
    publisher: str | None
    publisher_iri: str | None
    creators: list[str]
    contacts: list[dict[str, str]]
    themes: list[str]
    formats: list[str]
    licenses: list[str]
    access: str | None
    languages: list[str]
    hvd: list[str]
    profiles: list[str]
    country: str | None
    spatial: list[str]
    bbox: tuple[float, float, float, float] | None
    temporal: list[tuple[str | None, str | None]]
    issued: str | None
    modified: str | None
    frequency: str | None
    landing_page: str | None
    identifiers: list[str]
    in_series: list[str]
    serves: list[str]
    endpoint_url: str | None
    distributions: list[Distribution]
    sectors: list[Sector]
    node: str
    source: str
