"""Tables of lemmas: what they answer, and the file that processes share."""

from __future__ import annotations

from pathlib import Path

import pytest
from simplemma.strategies import DictionaryLookupStrategy
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

from catalogue.search.lemmas import Table, Tables, write

LANGUAGE = "sl"  # one of the smallest


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lemmas") / LANGUAGE
    write(LANGUAGE, str(path))
    return path


def test_a_table_answers_lower_case_words_as_the_dictionary_that_it_was_made_of(file: Path) -> None:
    plain = DictionaryLookupStrategy(DefaultDictionaryFactory(cache_max_size=1))
    dictionary = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(LANGUAGE)
    table = Table(file.read_bytes())
    words = [word.lower() for word in list(dictionary)[::97]]
    for word in [*words, *(f"{word}x" for word in words), "a", "žžž"]:
        expected = (plain.get_lemma(word, LANGUAGE) or word).lower()
        assert table.get(word, word) == expected
    assert len(table) == len(set(table)) > 10_000
    assert all(table[word] != word for word in list(table)[:100])


def test_a_word_that_is_not_in_a_table_is_no_key_of_it(file: Path) -> None:
    table = Table(file.read_bytes())
    word = next(iter(table))
    assert word in table
    assert word.upper() not in table
    assert "\ud800" not in table  # half of a character, which no text in bytes has
    with pytest.raises(KeyError):
        table[word.upper()]


def test_a_table_that_is_cut_off_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for cut in (b"", whole[:10], whole[:-1], b"x" + whole[1:]):
        with pytest.raises(ValueError, match="cut off"):
            Table(cut)


def test_a_second_process_takes_the_file_that_the_first_one_made(tmp_path: Path) -> None:
    first, second = Tables(), Tables()
    first.folder = second.folder = tmp_path / "lemmas"
    made = first.get_dictionary(LANGUAGE)
    (path,) = first.folder.iterdir()
    stat = path.stat()
    assert second.get_dictionary(LANGUAGE) == made
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    first, second = Tables(), Tables()
    first.folder = second.folder = tmp_path
    made = dict(first.get_dictionary(LANGUAGE))
    (path,) = tmp_path.iterdir()
    damaged = path.read_bytes()[:-100]
    path.unlink()  # the first one has the old file mapped
    path.write_bytes(damaged)
    assert dict(second.get_dictionary(LANGUAGE)) == made
    assert path.stat().st_size == len(damaged) + 100


def test_a_folder_that_takes_no_file_is_done_without(tmp_path: Path) -> None:
    tables = Tables()
    tables.folder = tmp_path / "file" / "lemmas"
    (tmp_path / "file").touch()
    assert len(tables.get_dictionary(LANGUAGE)) > 10_000
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
