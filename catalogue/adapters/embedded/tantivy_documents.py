"""A search document in Tantivy's own form, and the schema that it fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tantivy import Document as TantivyDocument
from tantivy import SchemaBuilder

from catalogue.search import query as q
from catalogue.search.documents import VERSION as DOCUMENTS
from catalogue.search.documents import Document, id_rank

# Of the schema, and of what is put into it; another one makes the index anew.
VERSION = f"3.{DOCUMENTS}"
SIDES = ("west", "south", "east", "north")


def schema() -> Any:
    builder = SchemaBuilder()
    for name in q.TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in (*q.KEYWORD_FIELDS, *q.INNER_FIELDS, "audience", "id"):
        builder.add_text_field(
            name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic"
        )
    builder.add_text_field("member", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("heads", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("hash", stored=True, tokenizer_name="raw", index_option="basic")
    # Ranges are read off the columns: the unique values of sort keys would make large dictionaries.
    for name in q.NUMBER_FIELDS:
        builder.add_integer_field(f"{name}_at", fast=True)
    builder.add_unsigned_field("rank", fast=True)
    for name in q.SORT_KEYS:
        builder.add_unsigned_field(name, fast=True)
    for name in SIDES:
        builder.add_float_field(name, fast=True)
    builder.add_bytes_field("item", stored=True)
    return builder.build()


def tantivy_document(one: Document, members: Iterable[str] = ()) -> TantivyDocument:
    """The document; of a cluster's, `members` are the page ids of its records."""
    made = TantivyDocument()
    made.add_text("id", one.id)
    made.add_unsigned("rank", id_rank(one.id))
    made.add_text("hash", one.hash)
    for audience in one.audiences:
        made.add_text("audience", audience)
    for member in members:
        made.add_text("member", member)
    for head in one.heads:
        made.add_text("heads", head)
    for name, tokens in one.texts.items():
        made.add_text(name, " ".join(tokens))
    for name, values in one.keywords.items():
        for value in values:
            made.add_text(name, value)
    for name, number in one.numbers.items():
        made.add_integer(f"{name}_at", number)
    for name, key in one.sorts.items():
        made.add_unsigned(name, key)
    for name, degrees in zip(SIDES, one.box or (), strict=False):
        made.add_float(name, degrees)
    made.add_bytes("item", one.item)
    return made
