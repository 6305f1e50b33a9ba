"""Alignment of a record's values to the EU authority tables, by exact match; sectors by rule; personal
data of contacts as a source wants it."""

from __future__ import annotations

from catalogue.align.authority import align
from catalogue.align.sectors import assign_sectors

__all__ = ["align", "assign_sectors"]
