"""The 24 official languages of the European Union, by their two letters, and texts in each of them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

OFFICIAL = (
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
)  # fmt: skip
FALLBACK = "en"


def told_in(package: str, language: str | None) -> tuple[str, dict[str, Any]]:
    """The language and the tables of its file in a package of texts; English where it is none of the 24."""
    code = language if language in OFFICIAL else FALLBACK
    return str(code), tomllib.loads(files(package).joinpath(f"{code}.toml").read_text("utf-8"))
