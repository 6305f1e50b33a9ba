"""What requests may say and what answers hold: the source of the OpenAPI document.

Answers are written by `context.json_answer`; their schemas here describe them.
"""

from __future__ import annotations

from typing import Any

from flask import Request
from flask_smorest import Blueprint
from marshmallow import INCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate
from webargs.flaskparser import FlaskParser

from api.deprecating import Deprecation
from catalogue.project.training import MODALITIES, TASK_VALUES, USES
from catalogue.quality.metrics import BANDS
from catalogue.search.query import KEYWORD_FIELDS
from catalogue.search.service import SORTS, SearchParams

FILTERS = KEYWORD_FIELDS
ORDERS = [*SORTS, *(f"-{name}" for name in SORTS)]
LONGEST = 10_000  # characters of a query
MOST = 1_000  # values of one filter


class StrictParser(FlaskParser):
    """Refuses parameters that are not known, by name."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 as the parser declares it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The query; the answer says which of its parameters will go."""
        for name, one in schema.fields.items():
            told = one.metadata.get("deprecation")
            if isinstance(told, Deprecation) and (one.data_key or name) in req.args:
                told.tell()
        return super().load_querystring(req, schema)


class StrictBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose requests are read strictly."""

    ARGUMENTS_PARSER = StrictParser()


class Names(fields.List[str]):
    """A list given as repeated parameters, as names with commas between, or both."""

    def __init__(self, **options: Any) -> None:
        super().__init__(fields.String(), **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> list[Any]:
        given = super()._deserialize(value, attr, data, **options) or []
        return [name.strip() for one in given for name in (one or "").split(",") if name.strip()]


class Bbox(fields.String):
    """west,south,east,north in degrees."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            west, south, east, north = (float(part) for part in str(text).split(","))
        except ValueError as error:
            raise ValidationError("write west,south,east,north in degrees") from error
        return west, south, east, north


class Language(fields.String):
    """A BCP 47 tag; what is loaded is its language in two small letters."""

    def deserialize(self, value: Any, *more: Any, **options: Any) -> Any:
        found = super().deserialize(value, *more, **options)
        return found[:2].lower() if isinstance(found, str) else found


def language_field() -> fields.String:
    return Language(
        load_default="en",
        validate=validate.Regexp(
            r"[A-Za-z]{2,3}(-[A-Za-z0-9]+)*\Z", error="this is no language tag"
        ),
        metadata={"description": "language of labels and texts, as a BCP 47 tag", "example": "de"},
    )


class PagingQuery(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 1000))
    cursor = fields.String(metadata={"description": "`next` of the page before"})


class LanguageQuery(Schema):
    lang = language_field()


class ListQuery(PagingQuery, LanguageQuery):
    pass


class CsvQuery(Schema):
    format = fields.String(
        load_default="json",
        validate=validate.OneOf(["json", "csv"]),
        metadata={"description": "csv: RFC 4180, formulas made harmless"},
    )


class SimilarQuery(LanguageQuery):
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 50))


class SuggestQuery(LanguageQuery):
    q = fields.String(required=True, validate=validate.Length(max=200))
    limit = fields.Integer(load_default=10, validate=validate.Range(1, 100))


# Filters whose values are known; another one is a mistake that is told.
_VALUES = {
    "modality": validate.OneOf(MODALITIES),
    "task": validate.OneOf(TASK_VALUES),
    "downloadable": validate.OneOf(("true", "false")),
    "license_use": validate.OneOf(USES),
    "quality_band": validate.OneOf(tuple(BANDS)),
    "year": validate.Regexp(r"\d{4}\Z", error="write a year, as 2024"),
    "month": validate.Regexp(r"\d{4}-\d{2}\Z", error="write a month, as 2024-05"),
}


def _filter(name: str) -> fields.List[str]:
    return fields.List(
        fields.String(validate=_VALUES.get(name, validate.Length(max=2000))),
        validate=validate.Length(max=MOST),
        metadata={"description": f"only records of this {name}; repeatable, any of them fits"},
    )


_Filters = Schema.from_dict({name: _filter(name) for name in FILTERS}, name="Filters")


class SearchQuery(_Filters):  # type: ignore[misc, valid-type]
    """A search; loads to `SearchParams`."""

    q = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST),
        metadata={"description": 'words, "phrases", -not, OR, field:value, prefix*'},
    )
    quality_min = fields.Integer(validate=validate.Range(0, 405))
    size_min = fields.Integer(
        validate=validate.Range(0, 2**63 - 1),
        metadata={"description": "bytes that the files have together, at least"},
    )
    modified_from = fields.String(metadata={"description": "date, ISO 8601"})
    modified_to = fields.String(metadata={"description": "date, ISO 8601; the whole day counts"})
    bbox = Bbox(metadata={"description": "west,south,east,north in degrees (WGS 84)"})
    sort = fields.String(load_default="", validate=validate.OneOf(["", *ORDERS]))
    limit = fields.Integer(load_default=20, validate=validate.Range(1, 1000))
    cursor = fields.String(metadata={"description": "`next` of the page before"})
    facets = Names(load_default=list, metadata={"description": "names of facets to count"})
    facet_limit = fields.Integer(load_default=100, validate=validate.Range(1, 1000))
    lang = language_field()
    collapse = fields.String(load_default="none", validate=validate.OneOf(["none", "cluster"]))
    explain = fields.Boolean(
        load_default=False, metadata={"description": "tell how each item's score came about"}
    )

    @post_load
    def made(self, data: dict[str, Any], **_options: Any) -> SearchParams:
        filters = {name: tuple(data.pop(name)) for name in FILTERS if name in data}
        return SearchParams(filters=filters, **data)


# --- answers -------------------------------------------------------------------------------------


class Answer(Schema):
    """What is answered; readers expect members that they do not know, as `v1` grows."""

    class Meta:
        unknown = INCLUDE


class Item(Answer):
    """A record in a list."""

    id = fields.String()
    iri = fields.String()
    title = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    type = fields.String()
    sectors = fields.List(fields.String())
    country = fields.String(allow_none=True)
    publisher = fields.String(allow_none=True)
    themes = fields.List(fields.String())
    formats = fields.List(fields.String())
    license = fields.String(allow_none=True)
    access = fields.String(allow_none=True)
    modified = fields.String(allow_none=True)
    issued = fields.String(allow_none=True)
    quality = fields.Integer(allow_none=True)
    modality = fields.List(fields.String(), allow_none=True)
    task = fields.List(fields.String(), allow_none=True)
    size = fields.Integer(allow_none=True, metadata={"description": "bytes, all files together"})
    downloadable = fields.Boolean(allow_none=True)
    license_use = fields.List(fields.String(), allow_none=True)
    changed = fields.DateTime(metadata={"description": "when it last changed here"})
    node = fields.String()
    source = fields.String()
    cluster = fields.String(
        allow_none=True,
        metadata={"description": "of records of several sources that are one thing"},
    )
    sources = fields.List(
        fields.Dict(),
        metadata={
            "description": "with collapse=cluster: the records of the cluster and their sources"
        },
    )
    highlight = fields.Dict(
        allow_none=True, metadata={"description": "HTML of title and description, words in <mark>"}
    )


class FacetValue(Answer):
    value = fields.String()
    label = fields.String()
    count = fields.Integer()


class Found(Answer):
    """A page of a search."""

    total = fields.Integer()
    items = fields.List(fields.Nested(Item))
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetValue)))
    next = fields.String(allow_none=True)
    did_you_mean = fields.String(
        allow_none=True,
        metadata={"description": "a spelling that finds more, where little is found"},
    )


class DistributionAnswer(Answer):
    title = fields.String(allow_none=True)
    access_url = fields.String(allow_none=True)
    download_url = fields.String(allow_none=True)
    format = fields.String(allow_none=True)
    media_type = fields.String(allow_none=True)
    license = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True, metadata={"description": "bytes"})


class Provenance(Answer):
    node = fields.String()
    source = fields.String()
    key = fields.String()
    run = fields.String()
    first_seen = fields.DateTime()
    changed = fields.DateTime()
    seq = fields.Integer()
    content_hash = fields.String()
    missing_since = fields.DateTime(
        allow_none=True, metadata={"description": "since when its source does not list it"}
    )
    archived = fields.Boolean(metadata={"description": "kept to be read, in no search or graph"})


class Measured(Answer):
    id = fields.String(metadata={"description": "the metric's name in the MQA vocabulary"})
    dimension = fields.String()
    points = fields.Integer()
    most = fields.Integer()
    met = fields.Boolean(allow_none=True, metadata={"description": "null: not known yet"})
    why = fields.String()
    values = fields.List(fields.String())


class Mend(Answer):
    id = fields.String()
    gain = fields.Integer(metadata={"description": "points that mending it gains"})
    why = fields.String()
    how = fields.String()


class Assessed(Answer):
    """The points of the Metadata Quality Assessment; `mend` has what gains most first."""

    points = fields.Integer()
    most = fields.Integer()
    band = fields.String()
    dimensions = fields.List(fields.Dict())
    metrics = fields.List(fields.Nested(Measured))
    mend = fields.List(fields.Nested(Mend))
    gain = fields.Integer()
    not_known = fields.List(
        fields.String(), metadata={"description": "metrics of which it is not known yet"}
    )


class Detail(Item):
    """A whole record; texts in every language stand in `titles` and `descriptions`."""

    titles = fields.Dict()
    descriptions = fields.Dict()
    keywords = fields.Dict()
    training_reasons = fields.List(
        fields.Dict(), metadata={"description": "the rule behind modality, task, and so on"}
    )
    distributions = fields.List(fields.Nested(DistributionAnswer))
    findings = fields.List(fields.Dict())
    provenance = fields.Nested(Provenance)
    cluster = fields.String(allow_none=True)
    assessment = fields.Nested(
        Assessed, allow_none=True, metadata={"description": "null before it was judged"}
    )
    also_at = fields.List(
        fields.Dict(),
        metadata={"description": "other records of the cluster, with score and reasons"},
    )
    notice = fields.String(
        allow_none=True, metadata={"description": "that its source no longer lists it"}
    )


class Listed(Answer):
    """Any other list."""

    total = fields.Integer()
    items = fields.List(fields.Dict())
    next = fields.String(allow_none=True)


class Anything(Answer):
    """An object whose members its description names."""
