"""Dictionaries of lemmas in little memory: simplemma's, each as one sorted text that is searched by
halves, in a file that all processes of a data folder map and so hold once.

Reading one of simplemma's takes some hundred megabytes for a second, which Python would keep: a process
of its own does it, and writes the file.
"""

from __future__ import annotations

import logging
import mmap
import os
import struct
import subprocess
import sys
import tempfile
import threading
from array import array
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from simplemma.strategies import DictionaryLookupStrategy
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

_BETWEEN, _END = b"\t", b"\n"
_HEAD = struct.Struct("<8sQQ")  # what it is, the number of lines, and the bytes of the lines
_MAGIC = b"lemmas1\n"
CHILD = "import sys; from catalogue.search.lemmas import write; write(*sys.argv[1:])"

log = logging.getLogger(__name__)


class Table(Mapping[str, str]):
    """A read-only mapping of lower-case words: a head, where each line starts (four bytes each), and lines
    of a word, a tab, and its lemma, in the order of bytes.

    Raises: ValueError for bytes that are no whole table.
    """

    def __init__(self, whole: mmap.mmap | bytes) -> None:
        if len(whole) < _HEAD.size:
            raise ValueError("it is cut off")
        magic, lines, size = _HEAD.unpack(whole[: _HEAD.size])
        self._at = _HEAD.size + 4 * lines
        if magic != _MAGIC or len(whole) != self._at + size:
            raise ValueError("it is no table of lemmas, or cut off")
        self._whole = whole
        self._starts = memoryview(whole)[_HEAD.size : self._at].cast("I")

    def get(self, word: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """The lemma of a word; `default` where it has none or is not in small letters."""
        if word != word.lower():
            return default
        wanted = word.encode("utf-8", "surrogatepass") + _BETWEEN
        whole, starts, at, long = self._whole, self._starts, self._at, len(wanted)
        low, high = 0, len(starts)
        while low < high:
            middle = (low + high) // 2
            start = at + starts[middle]
            if whole[start : start + long] < wanted:
                low = middle + 1
            else:
                high = middle
        if low < len(starts):
            start = at + starts[low]
            if whole[start : start + long] == wanted:
                return whole[start + long : whole.find(_END, start)].decode()
        return default

    def __getitem__(self, word: str) -> str:
        found = self.get(word)
        if found is None:
            raise KeyError(word)
        return found

    def __iter__(self) -> Iterator[str]:
        for line in self._whole[self._at :].split(_END)[:-1]:
            yield line.partition(_BETWEEN)[0].decode()

    def __len__(self) -> int:
        return len(self._starts)


class Tables:
    """simplemma's dictionaries, each read at its first word and kept. Safe between threads."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._tables: dict[str, Table] = {}
        self._reading = threading.Lock()

    def get_dictionary(self, lang: str) -> Mapping[str, str]:
        found = self._tables.get(lang)
        if found is not None:
            return found
        with self._reading:
            if lang not in self._tables:
                self._tables[lang] = self._table(lang)
            return self._tables[lang]

    def _table(self, language: str) -> Table:
        """The table in its file, made where there is none; in a passing one where the folder takes none."""
        if self.folder is not None:
            path = self.folder / f"{language}-{version('simplemma')}"
            try:
                return _mapped(path)
            except (OSError, ValueError):
                pass
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                return _made(language, path)
            except (OSError, subprocess.CalledProcessError) as error:
                log.warning("lemmas of %s cannot be kept in %s: %s", language, path, error)
        with tempfile.TemporaryDirectory() as passing:
            return _made(language, Path(passing) / language)


def _made(language: str, path: Path) -> Table:
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    command = [sys.executable, "-c", CHILD, language, str(fresh)]
    try:
        subprocess.run(command, check=True)  # noqa: S603 our own
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return _mapped(path)


def _mapped(path: Path) -> Table:
    with path.open("rb") as file:
        return Table(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


_TABLES = Tables()
LOOKUP = DictionaryLookupStrategy(_TABLES)


def keep_in(folder: Path) -> None:
    """Say where the tables that this process makes are kept, and looked for; else each process makes its
    own."""
    _TABLES.folder = folder


def lemma(word: str, language: str) -> str:
    """The lemma of a lower-case word in a language of simplemma's, in lower case; the word itself
    where it has none."""
    return LOOKUP.get_lemma(word, language) or word


def write(language: str, path: str) -> None:
    """Write a dictionary's table into a file."""
    whole = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language)
    lines = sorted(_lines(whole))
    starts = array("I", [0])
    for line in lines:
        starts.append(starts[-1] + len(line))
    size = starts.pop()
    with Path(path).open("wb") as file:
        file.write(_HEAD.pack(_MAGIC, len(lines), size))
        file.write(starts.tobytes())
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _lines(whole: Mapping[str, str]) -> Iterator[bytes]:
    """Lower-case words with their lemmas in lower case, where that tells something. A word stands for
    itself first, then for how it is written with a capital."""
    for given, found in whole.items():
        word, lemma = given.lower(), found.lower()
        own = word == given or (word.capitalize() == given and word not in whole)
        if own and word != lemma and not {"\t", "\n"} & {*word, *lemma}:
            yield word.encode() + _BETWEEN + lemma.encode() + _END
