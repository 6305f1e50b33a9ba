"""Texts of real catalogues whose tag was taken off: the tag is the oracle, the half held out by hash is used."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from hashlib import sha256

import pytest

from catalogue.align.language import language_of, words_in
from catalogue.rdf.terms import parts_of, split
from tests.conftest import real_data
from tests.labels.reading import paths, read
from vocab.languages import OFFICIAL
from vocab.namespaces import DCAT, DCT

_TEXTS = (f"<{DCT}title>", f"<{DCT}description>", f"<{DCAT}keyword>")
_LONG = {"fre": "fr", "eng": "en"}
_FOLDERS = ("csw/fr-geonetwork-geodcatap", "dcat-", "fdp", "ldes")

Told = list[tuple[str, str | None]]  # the tag, and what was told without it


@cache
def told() -> Told:
    """For each record and language of its tags one text; texts tagged with two languages are left out."""
    folder = real_data() / "catalogues"
    tags: dict[str, set[str]] = defaultdict(set)
    units: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for path in paths(folder):
        if not path.startswith(_FOLDERS):
            continue
        for record in read(folder, path):
            # What alignment tagged is no oracle, and `read` does not tag.
            for line in record.lines:
                _subject, predicate, term = split(line)
                if predicate not in _TEXTS or term[0] != '"':
                    continue
                text, tag, _datatype = parts_of(term)
                if language := _LONG.get(tag, tag.split("-", 1)[0]):
                    tags[text].add(language)
                    units[path, record.id, language].add(text)
    whole = {
        (language, "\n".join(sorted(one for one in texts if len(tags[one]) == 1)))
        for (_path, _id, language), texts in units.items()
    }
    held = [
        (tag, text) for tag, text in sorted(whole) if text and sha256(text.encode()).digest()[0] & 1
    ]
    return [(tag, language_of(words_in(text))) for tag, text in held]


def test_a_language_that_is_told_is_that_of_the_tag() -> None:
    found = [(tag, language) for tag, language in told() if language]
    assert len(found) > 100
    assert sum(tag == language for tag, language in found) / len(found) >= 0.98


@pytest.mark.parametrize(
    ("tag", "least"), [("fr", 0.85), ("nl", 0.9), ("it", 0.6), ("en", 0.4), ("es", 0.4)]
)
def test_most_records_of_the_languages_that_are_there_are_told(tag: str, least: float) -> None:
    mine = [language for one, language in told() if one == tag]
    assert mine
    assert mine.count(tag) / len(mine) >= least


def test_no_text_in_another_language_is_taken_for_an_official_one() -> None:
    outside = [(tag, language) for tag, language in told() if tag not in OFFICIAL]
    assert outside
    assert [one for one in outside if one[1]] == []
