"""Our query tree in Tantivy's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tantivy import FieldType, Occur
from tantivy import Query as T

from catalogue.search import query as q


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a commit: whether a field has a token; and the records that have a word within
    a typo's reach as a query of the same scores, None where the engine is to look for them each time."""

    exists: Callable[[str, str], bool]
    near: Callable[[q.Fuzzy], T | None]


NOTHING = Seen(lambda _field, _token: True, lambda _fuzzy: None)


def compiled(query: q.Query, schema: Any, seen: Seen = NOTHING) -> T:  # noqa: C901 PLR0911 PLR0912 one case a kind of node
    """Our query tree in Tantivy's own."""
    match query:
        case q.All():
            # By itself it scores 1 here and 0 there, as Tantivy leaves it out of some queries.
            return T.const_score_query(T.all_query(), 0.0)
        case q.Term(field, token):
            return T.term_query(schema, field, token)
        case q.Phrase(field, tokens):
            return T.phrase_query(schema, field, list(tokens))
        case q.Prefix(field, token):
            return T.fuzzy_term_query(schema, field, token, distance=0, prefix=True)
        case q.Fuzzy(field, token, distance):
            near = seen.near(query)
            if near is not None:
                return near
            return T.fuzzy_term_query(schema, field, token, distance=distance)
        case q.Terms(field, values):
            return T.const_score_query(T.term_set_query(schema, field, list(values)), 0.0)
        case q.Known(field):
            name = f"{field}_at" if field in q.NUMBER_FIELDS else field
            return T.const_score_query(T.exists_query(name), 0.0)
        case q.Range(field, low, high):
            name = f"{field}_at"
            bounds = T.range_query(
                schema, name, FieldType.Integer, lower_bound=low, upper_bound=high
            )
            return T.const_score_query(bounds, 0.0)
        case q.Box():
            return T.const_score_query(_box(query, schema), 0.0)
        case q.And(parts):
            return _and(parts, schema, seen)
        case q.Or(parts):
            return T.boolean_query([(Occur.Should, compiled(one, schema, seen)) for one in parts])
        case q.Not():
            return _and((query,), schema, seen)
        case q.DisMax(parts, tie):
            there = [compiled(one, schema, seen) for one in parts if _may_match(one, seen)]
            return T.disjunction_max_query(there, tie) if there else T.empty_query()
        case q.Boost(part, factor):
            return T.boost_query(compiled(part, schema, seen), factor)


def _and(parts: Sequence[q.Query], schema: Any, seen: Seen) -> T:
    """What must and what must not be; something must, so everything does where nothing is said."""
    denied = [
        (Occur.MustNot, compiled(one.part, schema, seen)) for one in parts if isinstance(one, q.Not)
    ]
    wanted = [
        (Occur.Must, compiled(one, schema, seen)) for one in parts if not isinstance(one, q.Not)
    ]
    everything = T.const_score_query(T.all_query(), 0.0)
    return T.boolean_query([*(wanted or [(Occur.Must, everything)]), *denied])


def _may_match(query: q.Query, seen: Seen) -> bool:
    """Whether a part of an alternative is worth looking at: most stems of a word are nowhere."""
    match query:
        case q.Term(field, token):
            return seen.exists(field, token)
        case q.Boost(part, _):
            return _may_match(part, seen)
        case q.DisMax(parts, _):
            return any(_may_match(one, seen) for one in parts)
        case _:
            return True


def _box(box: q.Box, schema: Any) -> T:
    """Two boxes meet where neither lies wholly beside the other."""
    sides = (
        ("west", None, box.east),
        ("east", box.west, None),
        ("south", None, box.north),
        ("north", box.south, None),
    )
    return T.boolean_query(
        [
            (
                Occur.Must,
                T.range_query(schema, name, FieldType.Float, lower_bound=low, upper_bound=high),
            )
            for name, low, high in sides
        ]
    )
