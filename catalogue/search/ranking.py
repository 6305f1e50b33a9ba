"""The weights of ranking, all of them. docs/reference/search.md says how a score is made of them."""

from __future__ import annotations

# Of a word by the field that it stands in.
FIELDS = {
    "title": 4.0,
    "keywords": 2.0,
    "names": 1.5,
    "description": 1.0,
    "distributions": 0.5,
}
STEM = 0.8  # of a word that matches by its stem in the reader's language
OTHER_STEM = 0.6  # of one that matches by its stem in another language
TYPO = 0.3  # of a word that matches only with a typo
TIE = 0.1  # of a word's score in the other fields, beside the best one
ADJACENT = 1.0  # of the query's words standing side by side in a title, besides
EXACT = 1.0  # of a compound written the same way, beside its parts

# Typos are tolerated from these lengths on.
ONE_TYPO, TWO_TYPOS = 5, 9

# Suggestions, similar records and spellings.
FEW = 10  # hits below which words with typos are looked for too
LIKELIER = 3  # times as many records another spelling must find to be asked about
SIMILAR_TERMS = 24  # of a record's title and keywords that likeness is measured by
