"""Any text is a query, and its work is bounded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalogue.search.parse import MOST, MOST_TERMS, misspellable, parse
from catalogue.search.query import (
    All,
    And,
    Boost,
    DisMax,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Terms,
)
from vocab.languages import OFFICIAL

LANGUAGES = ("en", *(one for one in OFFICIAL if one != "en"))


def nodes(query: Query) -> Iterator[Query]:
    yield query
    if isinstance(query, And | Or | DisMax):
        for part in query.parts:
            yield from nodes(part)
    elif isinstance(query, Boost | Not):
        yield from nodes(query.part)


def depth(query: Query) -> int:
    if isinstance(query, And | Or | DisMax):
        return 1 + max(map(depth, query.parts))
    return 1 + depth(query.part) if isinstance(query, Boost | Not) else 1


def tokens(query: Query) -> set[str]:
    return {one.token for one in nodes(query) if isinstance(one, Term) and one.token[0] != "~"}


@settings(deadline=None)  # the first word of a language reads its dictionary
@given(st.text(st.characters(), max_size=200) | st.text('ab"-*: OR()\u202e\x00~', max_size=60))
@example("\ud800")
@example("-\ud800* sector:\udfff")
@example("-" * 10_000)
@example('"' * 10_000)
@example("a" * 10_000)
@example("OR " * 3_000)
@example("a/" * 5_000)
@example("title:" * 2_000)
@example("x-" * 5_000)
def test_any_text_gives_a_bounded_query(text: str) -> None:
    query = parse(text, LANGUAGES, misspellable(text))
    made = list(nodes(query))
    assert len(made) < 4 * MOST_TERMS + 40 * MOST
    assert depth(query) < 12
    for one in made:
        if isinstance(one, Terms):
            assert all(value.encode() for value in one.values)
        if isinstance(one, Phrase):
            assert len(one.tokens) > 1
        if isinstance(one, And | Or | DisMax):
            assert one.parts


def test_words_must_all_match_and_side_by_side_in_a_title_they_weigh_more() -> None:
    query = parse("soil moisture", LANGUAGES)
    assert isinstance(query, Or)
    both, beside = query.parts
    assert isinstance(both, And)
    assert [tokens(one) for one in both.parts] == [{"soil"}, {"moisture"}]
    assert isinstance(beside, Boost)
    assert beside.part == Phrase("title", ("soil", "moisture"))


@pytest.mark.parametrize("text", ["OR soil", "soil OR", "OR OR soil OR", " soil ", "soil -"])
def test_what_joins_nothing_is_left_out(text: str) -> None:
    assert parse(text, ("en",)) == parse("soil", ("en",))


def test_or_joins_the_two_beside_it() -> None:
    query = parse("red wine OR beer", ("en",))
    assert isinstance(query, And)
    red, either = query.parts
    assert tokens(red) == {"red"}
    assert isinstance(either, Or)
    assert [tokens(one) for one in either.parts] == [{"wine"}, {"beer"}]


@pytest.mark.parametrize("text", ['"red wine', "“red wine”", '"red wine"', "«red wine»"])
def test_a_phrase_may_be_open_or_in_other_quotes(text: str) -> None:
    phrases = [one.tokens for one in nodes(parse(text, ("en",))) if isinstance(one, Phrase)]
    assert set(phrases) == {("red", "wine")}


def test_a_single_word_in_quotes_is_meant_as_it_is_written() -> None:
    assert {one.token for one in nodes(parse('"images"', LANGUAGES)) if isinstance(one, Term)} == {
        "images"
    }


def test_a_minus_takes_away_and_stands_alone() -> None:
    query = parse("-blue", ("en",))
    assert isinstance(query, Not)
    assert tokens(query) == {"blue"}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("country:de", {"de", "DE"}),
        ('theme:"Health"', {"Health", "HEAL"}),
        ("theme:gesundheit", {"gesundheit", "HEAL"}),
        ('SECTOR:"health care"', {"health care", "health"}),
    ],
)
def test_a_field_takes_codes_in_any_case_and_labels_in_any_language(
    text: str, values: set[str]
) -> None:
    query = parse(text, ("en",))
    assert isinstance(query, Terms)
    assert values <= set(query.values)


def test_a_text_field_is_searched_alone_and_an_unknown_one_is_a_word() -> None:
    fields = {one.field for one in nodes(parse("title:soil", ("en",))) if isinstance(one, Term)}
    assert fields == {"title"}
    assert tokens(parse("colour:red", ("en",))) == {"colour", "red"}


def test_a_star_looks_for_beginnings() -> None:
    found = {one.token for one in nodes(parse("robo*", ("en",))) if isinstance(one, Prefix)}
    assert found == {"robo"}


def test_typos_are_tolerated_by_length_and_where_asked_for() -> None:
    assert misspellable('lidar map "satellite" geothermal co2') == ["lidar", "geothermal"]
    query = parse("lidar geothermal", ("en",), ["lidar", "geothermal"])
    found = {(one.token, one.distance) for one in nodes(query) if isinstance(one, Fuzzy)}
    assert found == {("lidar", 1), ("geothermal", 2)}
    assert not any(isinstance(one, Fuzzy) for one in nodes(parse("geothermal", ("en",))))


def test_a_word_is_looked_for_in_the_languages_of_its_script_only() -> None:
    def spoken(word: str) -> set[str]:
        stems = (one.token for one in nodes(parse(word, LANGUAGES)) if isinstance(one, Term))
        return {stem.split("~")[1] for stem in stems if stem[0] == "~"}

    assert spoken("ποιότητα") == {"el"}
    assert spoken("качество") == {"bg"}
    assert spoken("quality") == set(OFFICIAL) - {"el", "bg"}


def test_what_is_said_again_is_looked_for_once_and_few_stars_are_read() -> None:
    assert parse("soil soil OR soil", ("en",)) == parse("soil", ("en",))
    assert parse("-soil -soil", ("en",)) == parse("-soil", ("en",))
    many = " ".join(f"{letter}{letter}*" for letter in "abcdefgh")
    assert len({one.token for one in nodes(parse(many, ("en",))) if isinstance(one, Prefix)}) == 4


def test_no_words_are_every_record() -> None:
    assert parse("", ("en",)) == parse(" - * ?! ", ("en",)) == All()
