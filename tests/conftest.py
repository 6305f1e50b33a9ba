"""Fixtures that every layer of tests shares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real_data() -> Path:
    """The folder of real catalogues, or a skip that says how to get the test to run."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("AICAT_REAL_DATA", default))
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"no real catalogues in {folder}; set AICAT_REAL_DATA to their folder")
    return folder
