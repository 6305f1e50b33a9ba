"""What brings a word's inflected forms together, language by language.

Snowball (PyStemmer) where it has a stemmer; lemmas (simplemma) where it has none, and before it
where it misses much of the inflection; for Maltese, which neither has, the endings that are regular.
docs/reference/search.md shows the table.
"""

from __future__ import annotations

import threading

import Stemmer

from catalogue.search.lemmas import lemma

SNOWBALL = {
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
    # Languages of the neighbours and regions that portals publish in.
    "ca": "catalan",
    "eu": "basque",
    "nb": "norwegian",
    "nn": "norwegian",
    "no": "norwegian",
}
# Read once a word of the language is met, in about a second; those of the languages left out add little.
LEMMAS = {
    "bg": "bg",
    "ga": "ga",
    "hr": "hbs",
    "lt": "lt",
    "lv": "lv",
    "ro": "ro",
    "sk": "sk",
    "sl": "sl",
}
ENDINGS = {"mt": ("ijiet", "jiet", "iet", "at")}  # regular plurals; broken ones stay apart
SCRIPTS = {"el": "GREEK", "bg": "CYRILLIC"}  # all others are written in Latin letters
LANGUAGES = frozenset({*SNOWBALL, *LEMMAS, *ENDINGS})

SHORTEST = 3  # letters of a word that has a stem
_own = threading.local()


def stem(word: str, language: str) -> str:
    """What a lower-case word's forms have in common in its language; the word itself where the
    language is none of `LANGUAGES` or the word is too short to have endings."""
    if len(word) < SHORTEST:
        return word
    if language in LEMMAS:
        word = lemma(word, LEMMAS[language])
    if language in SNOWBALL:
        return _snowball(SNOWBALL[language], word)
    if language in ENDINGS:
        return _without_ending(word, ENDINGS[language])
    return word


def _snowball(name: str, word: str) -> str:
    """Stemmers are not safe between threads: each thread has its own."""
    stemmers = _own.__dict__.setdefault("stemmers", {})
    if name not in stemmers:
        stemmers[name] = Stemmer.Stemmer(name, 0)  # its own cache is slower than none
    stemmed: str = stemmers[name].stemWord(word)
    return stemmed


def _without_ending(word: str, endings: tuple[str, ...]) -> str:
    """Without the first ending that leaves four letters, then without a last vowel."""
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) >= 5 and word[-1] in "aeiouà" else word
