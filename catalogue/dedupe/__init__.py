"""Records of different sources that describe the same thing: what they are found by, and how sure it is.

Pure: `features` reads a record, `blocks` says with which others to compare it, `score` compares two,
`accepted` says which pairs hold, and `components` makes clusters of them. Where all that is kept, and
what stewards decide, is the business of the journal (ADR 0016).
"""

from catalogue.dedupe.blocking import LARGEST, OF_ONE_SOURCE, blocks
from catalogue.dedupe.clustering import accepted, components
from catalogue.dedupe.features import Features, features
from catalogue.dedupe.scoring import ACCEPT, REVIEW, Reason, Score, score

__all__ = [
    "ACCEPT",
    "LARGEST",
    "OF_ONE_SOURCE",
    "REVIEW",
    "Features",
    "Reason",
    "Score",
    "accepted",
    "blocks",
    "components",
    "features",
    "score",
]
