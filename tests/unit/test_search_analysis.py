"""Tokens: technical words whole, other spellings of the same word alike, any text within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.search.analysis import LONGEST_TEXT, LONGEST_TOKEN, surface, tokens_of
from vocab.languages import OFFICIAL


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("PM2.5", ["pm2.5", "pm2", "5"]),
        ("CO2 and CO₂", ["co2", "and", "co2"]),
        ("m² x²", ["m2", "x2"]),
        ("C++ C# C", ["c++", "c#", "c"]),
        ("https://data.europa.eu/88u", ["https", "data.europa.eu", "data", "europa", "eu", "88u"]),
        ("x-ray", ["x-ray", "xray", "x", "ray"]),
        ("l'eau, dell’aria, d'fhás", ["eau", "aria", "fhas"]),
        ("Europe's cities'", ["europe", "cities"]),
        ("R&D", ["r&d", "r", "d"]),
        ("a_b 2024-05-31", ["a_b", "a", "b", "2024-05-31", "2024", "05", "31"]),
        ("ﬁle ＰＤＦ", ["file", "pdf"]),
        ("soft\u00adware zero\u200bwidth", ["software", "zerowidth"]),
        ("(LiDAR)…", ["lidar"]),
        ("non\u2011ionising", ["non-ionising", "nonionising", "non", "ionising"]),
        ("", []),
        ("🎉 — …", []),
    ],
)
def test_a_text_gives_these_tokens(text: str, tokens: list[str]) -> None:
    assert surface(text) == tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ποιότητα", "ΠΟΙΟΤΗΤΑ"),
        ("λόγος", "ΛΟΓΟΣ"),
        ("Łódź", "lodz"),
        ("Ħal Għargħur", "hal gharghur"),
        ("Čačak đak", "cacak dak"),
        ("Brașov", "Braşov"),
        ("straße", "STRASSE"),
        ("København", "kobenhavn"),
        ("Îles", "iles"),
        ("качество", "КАЧЕСТВО"),
        ("e\u0301cole", "école"),
        ("İstanbul", "istanbul"),
    ],
)
def test_spellings_of_a_word_fold_into_one(one: str, other: str) -> None:
    assert surface(one) == surface(other)


def test_a_stem_meets_stems_of_its_language_only() -> None:
    assert "~en~imag" in tokens_of("images", "en")
    assert "~fr~imag" in tokens_of("images", "fr")
    assert not any(token.startswith("~") for token in tokens_of("images", ""))


def test_long_texts_and_words_are_cut() -> None:
    assert len(tokens_of("word " * LONGEST_TEXT, "")) == LONGEST_TEXT // 5
    assert {len(token) for token in surface("a" * 500)} == {LONGEST_TOKEN}


@settings(deadline=None)  # the first word of a language reads its dictionary
@given(st.text(), st.sampled_from(["", "xx", *OFFICIAL]))
def test_no_token_of_any_text_holds_white_space_or_is_empty(text: str, language: str) -> None:
    for token in tokens_of(text, language):
        assert token.split() == [token]
        assert len(token) <= LONGEST_TOKEN + 4


@given(st.text())
def test_tokens_analysed_again_stay_as_they_are(text: str) -> None:
    for token in surface(text):
        assert surface(token)[:1] == [token]
