"""Our query tree in Elasticsearch's own. No text of a reader is ever parsed by the engine."""

from __future__ import annotations

from typing import Any

from catalogue.search import query as q

NEVER = "~~"  # a token that no analysis gives
NOTHING: dict[str, Any] = {"match_none": {}}


def compiled(query: q.Query) -> dict[str, Any]:  # noqa: C901 PLR0911 PLR0912 one case a kind of node
    """The body of a query that matches and scores as our tree says."""
    match query:
        case q.All():
            return _only({"match_all": {}})
        case q.Term(field, token):
            return {"term": {field: token}}
        case q.Phrase(field, tokens):
            # As the documents' own: nothing but the spaces between tokens is looked at.
            asked = {"query": " ".join(tokens), "analyzer": "whitespace"}
            # A shard that has none of a phrase's tokens does not count in the statistics of all, but
            # it does for a single token; this one is nowhere.
            counted = {"term": {field: NEVER}}
            return {"bool": {"must": [{"match_phrase": {field: asked}}], "should": [counted]}}
        case q.Prefix(field, token):
            return {"prefix": {field: {"value": token, "rewrite": "constant_score"}}}
        case q.Fuzzy(field, token, distance):
            near = {"value": token, "fuzziness": distance, "rewrite": "constant_score"}
            return {"fuzzy": {field: near}}
        case q.Terms(field, values):
            return _only({"terms": {field: list(values)}})
        case q.Known(field):
            return _only(
                {"exists": {"field": f"{field}_at" if field in q.NUMBER_FIELDS else field}}
            )
        case q.Range(field, low, high):
            return _only(_range(f"{field}_at", low, high))
        case q.Box(west, south, east, north):
            # Two boxes meet where neither lies wholly beside the other.
            sides = [
                _range("west", None, east),
                _range("east", west, None),
                _range("south", None, north),
                _range("north", south, None),
            ]
            return _only({"bool": {"filter": sides}})
        case q.And(parts):
            return {"bool": {"must": [compiled(one) for one in parts]}} if parts else NOTHING
        case q.Or(parts):
            if not parts:
                return NOTHING
            found = [compiled(one) for one in parts]
            return {"bool": {"should": found, "minimum_should_match": 1}}
        case q.Not(part):
            return _only({"bool": {"must_not": [compiled(part)]}})
        case q.DisMax(parts, tie):
            found = [compiled(one) for one in parts]
            return {"dis_max": {"queries": found, "tie_breaker": tie}} if parts else NOTHING
        case q.Boost(part, factor):
            return {"bool": {"must": [compiled(part)], "boost": factor}}


def _only(query: dict[str, Any]) -> dict[str, Any]:
    """What narrows and adds nothing to the score."""
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _range(field: str, low: float | None, high: float | None) -> dict[str, Any]:
    bounds = {name: bound for name, bound in (("gte", low), ("lte", high)) if bound is not None}
    return {"range": {field: bounds}}
