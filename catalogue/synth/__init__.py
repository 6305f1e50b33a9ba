"""Synthetic catalogues of any size, deterministic by seed, that weigh as much as real ones.

Record number n of a seed is always the same, whoever asks and in whichever order, so a catalogue can be
written as a stream, in parts, and in several forms.
"""

from __future__ import annotations

from catalogue.synth.writing import FORMS, document, package_line

__all__ = ["FORMS", "document", "package_line"]
