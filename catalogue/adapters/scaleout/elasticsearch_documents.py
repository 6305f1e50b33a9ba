"""A search document in Elasticsearch's own form, and the mapping that it fits."""

from __future__ import annotations

from typing import Any

import orjson

from catalogue.search import query as q
from catalogue.search.documents import VERSION as DOCUMENTS
from catalogue.search.documents import Document

# Of the mapping, its mark, and what is put into it; another one makes the index anew.
VERSION = f"2.{DOCUMENTS}"
SIDES = ("west", "south", "east", "north")

# The similarity of Tantivy, spelled out: k1 and b are what both engines take by themselves.
BM25 = {"type": "BM25", "k1": 1.2, "b": 0.75}


def settings(shards: int, replicas: int) -> dict[str, Any]:
    """An index's settings. What was written is made visible by us alone, at the end of a batch."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",
        "similarity": {"default": BM25},
    }


def mapping() -> dict[str, Any]:
    """Texts come as our own tokens with spaces between. Only what a hit shows is kept as it came."""
    value = {"type": "keyword"}  # documents cut values to what fits
    long = {"type": "long"}
    fields: dict[str, Any] = {
        "id": {"type": "keyword"},
        "hash": {"type": "keyword", "index": False},
        "audience": {"type": "keyword"},
        "heads": value,
        "item": {"type": "object", "enabled": False},
    }
    fields |= {name: {"type": "text", "analyzer": "whitespace"} for name in q.TEXT_FIELDS}
    fields |= dict.fromkeys((*q.KEYWORD_FIELDS, *q.INNER_FIELDS), value)
    fields |= {f"{name}_at": long for name in q.NUMBER_FIELDS}
    fields |= dict.fromkeys(q.SORT_KEYS, long)
    fields |= {name: {"type": "double"} for name in SIDES}
    return {"dynamic": "strict", "_source": {"includes": ["item"]}, "properties": fields}


def elasticsearch_document(one: Document) -> bytes:
    """The body of the document, as JSON."""
    body: dict[str, Any] = {
        "id": one.id,
        "hash": one.hash,
        "audience": one.audiences,
        "heads": one.heads,
        "item": orjson.Fragment(one.item),
        **one.keywords,
        **one.sorts,
        **dict(zip(SIDES, one.box or (), strict=False)),
    }
    body |= {name: " ".join(tokens) for name, tokens in one.texts.items()}
    body |= {f"{name}_at": number for name, number in one.numbers.items()}
    return orjson.dumps(body)
