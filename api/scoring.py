"""How one record scores, as its page and its JSON tell it."""

from __future__ import annotations

from typing import Any

from catalogue.model import Change
from catalogue.quality import assessment, told
from catalogue.quality.telling import told_json
from catalogue.rdf.subjects import by_subject


def record_told(change: Change, lang: str) -> dict[str, Any] | None:
    """A record's assessment as JSON, in a language; None where it has none."""
    subjects = by_subject(change.lines)
    found = assessment(change, subjects)
    if found is None:
        return None
    return told_json(told(found, subjects, f"<{change.record.iri}>", change.links, lang))
