"""Alignment of a record's values to the EU authority tables, by exact match; languages of
untagged texts; sectors by rule; personal data of contacts as a source wants it."""

from __future__ import annotations

from catalogue.align.authority import align
from catalogue.align.sectors import assign_sectors
from catalogue.align.texts import with_languages

__all__ = ["align", "assign_sectors", "with_languages"]
