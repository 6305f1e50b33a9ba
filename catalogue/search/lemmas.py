"""Dictionaries of lemmas in little memory: simplemma's, each as one sorted text that is searched by
halves.

Reading one takes some hundred megabytes for a second, which Python would keep: a process of its own does
it, and hands over the text.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from array import array
from collections.abc import Iterator, Mapping

from simplemma.strategies import DictionaryLookupStrategy
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

_BETWEEN, _END = b"\t", b"\n"
CHILD = "import sys; from catalogue.search.lemmas import write; write(sys.argv[1])"


class Table(Mapping[str, str]):
    """A read-only mapping of words, over lines of a word, a tab, and its lemma, in the order of bytes."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._starts = array("I", [0])
        while (end := text.find(_END, self._starts[-1])) >= 0:
            self._starts.append(end + 1)
        self._starts.pop()

    def __getitem__(self, word: str) -> str:
        wanted = word.encode("utf-8", "surrogatepass") + _BETWEEN
        low, high = 0, len(self._starts)
        while low < high:
            middle = (low + high) // 2
            start = self._starts[middle]
            if self._text[start : start + len(wanted)] < wanted:
                low = middle + 1
            else:
                high = middle
        if low < len(self._starts):
            start = self._starts[low]
            if self._text.startswith(wanted, start):
                return self._text[start + len(wanted) : self._text.index(_END, start)].decode()
        raise KeyError(word)

    def __iter__(self) -> Iterator[str]:
        for line in self._text.split(_END)[:-1]:
            yield line.partition(_BETWEEN)[0].decode()

    def __len__(self) -> int:
        return len(self._starts)


class Tables:
    """simplemma's dictionaries, each read at its first word and kept. Safe between threads."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self._reading = threading.Lock()

    def get_dictionary(self, lang: str) -> Mapping[str, str]:
        found = self._tables.get(lang)
        if found is not None:
            return found
        with self._reading:
            if lang not in self._tables:
                command = [sys.executable, "-c", CHILD, lang]
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 our own
                self._tables[lang] = Table(done.stdout)
            return self._tables[lang]


LOOKUP = DictionaryLookupStrategy(Tables())


def lemma(word: str, language: str) -> str:
    """The lemma of a lower-case word in a language of simplemma's, in lower case; the word itself
    where it has none."""
    return (LOOKUP.get_lemma(word, language) or word).lower()


def write(language: str) -> None:
    """Write a dictionary's lines to standard output."""
    whole = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    sys.stdout.buffer.writelines(sorted(_lines(whole)))


def _lines(whole: Mapping[str, str]) -> Iterator[bytes]:
    """What a lower-case word can meet, and what tells it something: a word that is its own lemma is
    so without a dictionary, unless another stands under it with a capital."""
    for word, found in whole.items():
        met = word in {word.lower(), word.capitalize()} and not {"\t", "\n"} & {*word, *found}
        if met and (word != found or (word.islower() and word.capitalize() in whole)):
            yield word.encode() + _BETWEEN + found.encode() + _END
