"""Words of the 24 official languages: real ones of our vocabularies' labels, and others of their kind.

Ranks follow the frequencies that were measured: a few small words make up much of a text, and a new word
turns up every now and then.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from itertools import accumulate, pairwise
from math import exp, log
from random import Random

import vocab
from catalogue.synth.measured import FREQUENCY

BASE = 4000  # words made of letters for each language; rarer ones are put together of two
TYPES = 30_000
NAMES = ("theme", "hvd", "sector", "frequency", "availability", "status", "access", "country")
_WORD = re.compile(r"[^\W\d_]{3,}")

# The most frequent small words of each language, most frequent first.
SMALL = {
    "bg": "на и за в от по с са при",
    "cs": "a v pro na z o se do ve",
    "da": "og i for af til der en med fra",
    "de": "und der die für in von mit den im",
    "el": "και της του για των από σε το με",
    "en": "the of and in for to a from by",
    "es": "de la en y los del para las por",
    "et": "ja on mis ning kohta või koos ei see",
    "fi": "ja on sekä tai mukaan sen ovat joka kun",
    "fr": "de la des et les le en du pour",
    "ga": "na agus an ar le do i de go",
    "hr": "i za na u od o s iz po",
    "hu": "a és az egy is vagy nem hogy meg",
    "it": "di e della dei in per la delle del",
    "lt": "ir iš su apie į nuo pagal kai bei",
    "lv": "un par no ar uz pēc vai kas pie",
    "mt": "ta u fil li minn għal dwar ma fuq",
    "nl": "de van en het in voor op met een",
    "pl": "w i z na do o dla oraz od",
    "pt": "de da e do dos em para a das",
    "ro": "de și în a la din cu pentru al",
    "sk": "a v na pre z o s do od",
    "sl": "in za na v o s iz pri od",
    "sv": "och för i av med på till en från",
}
TECHNICAL = (
    "PM2.5", "CO2", "NO2", "LiDAR", "Sentinel-2", "EPSG:4326", "C++", "NUTS-3", "5G", "H2", "GTFS",
    "x²", "EN 17632", "data.europa.eu", "3D", "IoT", "NO₂", "µg/m³", "ISO 19115", "Wi-Fi",
)  # fmt: skip


class Lexicon:
    """The words of one language with the frequency of each rank."""

    def __init__(self, language: str) -> None:
        real = _labels(language)
        random = Random(f"words {language}")  # noqa: S311 nothing secret
        small = SMALL[language].split()
        known = dict.fromkeys([*small, *_mixed(real, random)])
        model = _Letters(real)
        while len(known) < BASE:
            known.setdefault(model.word(random))
        self.words = list(known)
        count = len(small)
        heads = self.words[count : count + 1200]
        for place in range(TYPES - BASE):
            self.words.append(heads[place % 1200] + heads[(place * 7 + place // 1200) % 1200])
        self._sums = _sums()

    def draw(self, random: Random, number: int) -> list[str]:
        """That many words, as a text has them."""
        sums = self._sums
        total = sums[-1]
        words = self.words
        return [words[bisect_left(sums, random.random() * total)] for _ in range(number)]

    def heavy(self, random: Random) -> str:
        """One word that means something."""
        return self.words[9 + int(random.random() ** 2 * (len(self.words) - 9))]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of an official language."""
    return Lexicon(language)


class _Letters:
    """Which letter follows which two, in the language's own words."""

    def __init__(self, words: list[str]) -> None:
        self._next: dict[str, list[str]] = {}
        for word in words:
            padded = f"^^{word}$"
            for place in range(2, len(padded)):
                self._next.setdefault(padded[place - 2 : place], []).append(padded[place])

    def word(self, random: Random) -> str:
        while True:
            made = "^^"
            while len(made) < 20:
                after = self._next[made[-2:]]
                letter = after[int(random.random() * len(after))]
                if letter == "$":
                    break
                made += letter
            if len(made) > 6:
                return made[2:]


def _labels(language: str) -> list[str]:
    found: dict[str, None] = {}
    for name in NAMES:
        for concept in vocab.scheme(name):
            for word in _WORD.findall(concept.labels.get(language, "").lower()):
                found[word] = None
    return list(found)


def _mixed(words: list[str], random: Random) -> list[str]:
    return sorted(words, key=lambda _word: random.random())


@cache
def _sums() -> list[float]:
    """Weights of the ranks added up: between two measured ranks as a power of the rank."""
    weights = []
    parts = list(pairwise(FREQUENCY))
    for rank in range(1, TYPES + 1):
        (low, high_count), (high, low_count) = next(p for p in parts if p[0][0] <= rank <= p[1][0])
        share = (log(rank) - log(low)) / (log(high) - log(low))
        weights.append(exp(log(high_count) + share * (log(low_count) - log(high_count))))
    return list(accumulate(weights))
