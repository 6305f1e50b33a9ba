"""`/api/v1/quality`: how records score, by node, source and sector, and what mending gains."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response
from marshmallow import fields, validate

import vocab
from api.context import catalogue, csv_answer, json_answer
from api.datasets import listed, next_link
from api.federation import readable_source, readable_sources
from api.schemas import Answer, CsvQuery, Listed, ListQuery, StrictBlueprint
from catalogue.desk.reports import csv_lines
from catalogue.errors import NotFound
from catalogue.model import SECTORS
from catalogue.ports import Broken, Figures
from catalogue.quality.telling import (
    broken_json,
    day_rows,
    figure_rows,
    figures_json,
    gaps_json,
)

KINDS = {"nodes": "node", "sources": "source", "sectors": "sector"}
DAYS = 366  # of a trend

blueprint = StrictBlueprint(
    "quality", __name__, url_prefix="/api/v1", description="How records score, and what to mend"
)


class QualityQuery(ListQuery, CsvQuery):
    rows = fields.String(
        load_default="figures",
        validate=validate.OneOf(["figures", "days"]),
        metadata={"description": "of CSV: a line for each figure, or for each day"},
    )


class DimensionAnswer(Answer):
    id = fields.String()
    label = fields.String(metadata={"description": "its name in the language of `lang`"})
    points = fields.Float(allow_none=True, metadata={"description": "mean of the records"})
    most = fields.Integer()


class MendAnswer(Answer):
    id = fields.String(metadata={"description": "the metric's name in the MQA vocabulary"})
    dimension = fields.String()
    label = fields.String(metadata={"description": "its name; why and how are in `lang`, too"})
    records = fields.Integer(metadata={"description": "records that do not meet it"})
    gain = fields.Integer(metadata={"description": "points of each record that is mended"})
    gain_mean = fields.Float(metadata={"description": "what the mean gains when all are"})
    why = fields.String()
    how = fields.String()
    example = fields.String(allow_none=True)


class FiguresAnswer(Answer):
    """Shares are from 0 to 1, null where there is nothing to share."""

    id = fields.String()
    name = fields.String()
    records = fields.Integer()
    points = fields.Float(allow_none=True, metadata={"description": "mean MQA points, 0 to 405"})
    most = fields.Integer()
    band = fields.String(allow_none=True)
    dimensions = fields.List(fields.Nested(DimensionAnswer))
    bands = fields.Dict(metadata={"description": "records by band"})
    conforming = fields.Float(
        allow_none=True, metadata={"description": "share that breaks no rule of DCAT-AP"}
    )
    links_answering = fields.Float(
        allow_none=True,
        metadata={"description": "share of the addresses of which something is known"},
    )


class ScopeAnswer(FiguresAnswer):
    mend = fields.List(fields.Nested(MendAnswer))
    days = fields.List(fields.Dict(), metadata={"description": "the figures of each day"})


@blueprint.route("/quality")
@blueprint.arguments(QualityQuery, location="query")
@blueprint.response(200, ScopeAnswer)
def overall(given: dict[str, Any]) -> Response:
    """All public records: their points, what to mend first, and how it was day by day."""
    return _answer("all", "", None, given)


@blueprint.route("/quality/<kind>")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def several(given: dict[str, Any], kind: str) -> Response:
    """The figures of each of the `nodes`, `sources` or `sectors` that has records which are scored. Those
    of sources are of the sources that this reader may know of, the others of public records."""
    return listed(scope_list(kind, given["lang"]), given)


@blueprint.route("/quality/<kind>/<scope_id>")
@blueprint.arguments(QualityQuery, location="query")
@blueprint.response(200, ScopeAnswer)
def one(given: dict[str, Any], kind: str, scope_id: str) -> Response:
    """One node, source or sector: its points, what to mend first, and how it was day by day."""
    name = scope_name(kind, scope_id, given["lang"])
    return _answer(KINDS[kind], scope_id, name, given)


@blueprint.route("/quality/<kind>/<scope_id>/links")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def links(given: dict[str, Any], kind: str, scope_id: str) -> Response:
    """Addresses of the records of a node or source that do not answer, each with a record that gives it."""
    scope_name(kind, scope_id, given["lang"])
    found = broken_links(kind, scope_id, given.get("cursor") or "", given["limit"] + 1)
    page = found[: given["limit"]]
    following = page[-1].url if len(found) > given["limit"] else None
    total = broken_number(kind, scope_id)
    value = {"total": total, "items": [broken_json(one) for one in page], "next": following}
    return json_answer(value, link=next_link(following))


def _answer(kind: str, scope_id: str, name: str | None, given: dict[str, Any]) -> Response:
    quality = catalogue().journal.quality
    if given["format"] == "json":
        return json_answer(scope_json(kind, scope_id, name, given["lang"]))
    days, stem = given["rows"] == "days", "-".join(filter(None, ("quality", kind, scope_id)))
    if days:
        return csv_answer(csv_lines(day_rows(quality.days(kind, scope_id, limit=DAYS))), stem)
    figures, gaps = figures_of(kind, scope_id), quality.gaps(kind, scope_id)
    head = [("figure", "name", "value", "of")]
    return csv_answer(csv_lines([*head, *figure_rows(figures, gaps)]), stem)


def figures_of(kind: str, scope_id: str) -> Figures:
    """The figures of a scope; of nothing where none of its records is scored."""
    found = catalogue().journal.quality.figures(kind, [scope_id])
    return found[0] if found else Figures(kind, scope_id, 0, 0, (0,) * 5, (0,) * 4, 0, 0, 0)


def scope_json(kind: str, scope_id: str, name: str | None, lang: str) -> dict[str, Any]:
    """A scope as JSON, its words in a language."""
    quality, figures = catalogue().journal.quality, figures_of(kind, scope_id)
    days = quality.days(kind, scope_id, limit=DAYS)
    return {
        **figures_json(figures, name, lang),
        "mend": gaps_json(quality.gaps(kind, scope_id), figures.records, lang),
        "days": [figures_json(one, name, lang) for one in days],
    }


def scope_list(kind: str, lang: str) -> list[dict[str, Any]]:
    """The figures of every scope of a kind that this reader may know of. Raises: NotFound."""
    names = dict(_names(kind, lang))
    found = catalogue().journal.quality.figures(_kind(kind), names)
    return [figures_json(one, names[one.id], lang) for one in found]


def scope_name(kind: str, scope_id: str, lang: str) -> str:
    """What people call a scope. Raises: NotFound, also where this reader may not know of it."""
    if _kind(kind) == "node":
        return catalogue().journal.node(scope_id).name
    if kind == "sources":
        return readable_source(scope_id).id
    if scope_id not in SECTORS:
        raise NotFound(f"there is no sector {scope_id[:40]!r}; there are {', '.join(SECTORS)}")
    return vocab.label("sector", scope_id, lang)


def broken_links(kind: str, scope_id: str, after: str, limit: int) -> list[Broken]:
    """Addresses that do not answer, of a node's or source's records that this reader may know of."""
    return catalogue().journal.links.broken(_sources(kind, scope_id), after=after, limit=limit)


def broken_number(kind: str, scope_id: str) -> int:
    """How many there are; one that several sources give is counted with each."""
    links = catalogue().journal.links
    return sum(links.numbers(one).broken for one in _sources(kind, scope_id))


def _sources(kind: str, scope_id: str) -> list[str]:
    """The sources of a scope that this reader may know of. Raises: NotFound."""
    if kind == "sectors":
        raise NotFound("broken addresses are listed by node and by source")
    field = "node" if kind == "nodes" else "id"
    return [one.id for one in readable_sources() if getattr(one, field) == scope_id]


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise NotFound(f"quality is told by {', '.join(KINDS)}, not by {kind[:40]!r}")
    return KINDS[kind]


def _names(kind: str, lang: str) -> Iterable[tuple[str, str]]:
    if _kind(kind) == "node":
        return ((one.id, one.name) for one in catalogue().journal.nodes())
    if kind == "sources":
        return ((one.id, one.id) for one in readable_sources())
    return ((one, vocab.label("sector", one, lang)) for one in SECTORS)
