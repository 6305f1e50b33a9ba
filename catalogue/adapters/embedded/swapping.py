"""Putting a projection that was made anew in the place of the old one."""

from __future__ import annotations

import shutil
from pathlib import Path


def fresh_folder(folder: Path) -> Path:
    """An absent folder beside, for the new one."""
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    return fresh


def swap(fresh: Path, folder: Path) -> None:
    """Let the fresh folder be the folder; readers see one or the other, but for an instant."""
    old = folder.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def clear(folder: Path) -> None:
    """Remove what a crash in the middle of making it anew left behind."""
    for suffix in (".new", ".old"):
        shutil.rmtree(folder.with_suffix(suffix), ignore_errors=True)
