"""Profiles by name: ours, and the operator's files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from catalogue.errors import InvalidParameter, SettingsError
from catalogue.rdf.formats import media_type_of
from catalogue.validate.compiling import load
from catalogue.validate.judging import Profile
from catalogue.validate.shapes import Shapes
from catalogue.validate.sources import ShapesFile

OURS = {
    "dcat-ap-3": ("dcat-ap-3.ttl", "dcat-ap-3-recommended.ttl", "dcat-ap-3-vocabularies.ttl"),
    "dcat-ap-hvd": ("dcat-ap-hvd.ttl",),
    "geodcat-ap": ("geodcat-ap.ttl",),
    "health-dcat-ap": ("health-dcat-ap.ttl",),
    "mobility-dcat-ap": ("mobility-dcat-ap.ttl",),
    "mldcat-ap": ("mldcat-ap.ttl",),
}
DEFAULT = "dcat-ap-3"
VERSION = b"2"  # of how shapes judge: a new number makes the next harvest judge everything again


def named_files(setting: str, more: Sequence[str] = ()) -> dict[str, list[Path]]:
    """`name=path,name=path,…` of AICAT_SHAPES, and `more` entries: the files of each profile; a name that
    comes again has several files.

    Raises: SettingsError for an entry that is none, or the name of a profile of ours.
    """
    found: dict[str, list[Path]] = {}
    entries = [("AICAT_SHAPES", one.strip()) for one in setting.split(",")]
    for of, entry in (*entries, *(("--profile", one) for one in more)):
        if entry:
            name, path = _named_file(of, entry)
            paths = found.setdefault(name, [])
            if path not in paths:
                paths.append(path)
    return found


def _named_file(of: str, entry: str) -> tuple[str, Path]:
    name, sign, path = (one.strip() for one in entry.partition("="))
    if not sign or not path or not name.replace("-", "").replace(".", "").isalnum():
        raise SettingsError(
            f"{of}: {entry!r} is no profile; write name=path with a name of letters,"
            " digits, hyphens and dots"
        )
    if name in OURS:
        raise SettingsError(f"{of}: {name} is a profile of ours; choose another name")
    return name, Path(path).expanduser()


class Profiles:
    """The profiles that can be asked for; each is compiled when first used, and kept.

    `more` are the operator's files by name (`named_files`).
    """

    def __init__(self, more: Mapping[str, Sequence[Path]]) -> None:
        self._more = {name: tuple(paths) for name, paths in more.items()}
        self._compiled: dict[str, Profile] = {}

    @property
    def names(self) -> list[str]:
        return [*OURS, *self._more]

    def profile(self, name: str) -> Profile:
        """Raises: InvalidParameter for a name that is none; InvalidShapes; SettingsError for a file that
        cannot be read."""
        if name in OURS:
            return Profile(name, _of_ours(name))
        if name not in self._more:
            raise InvalidParameter("profile", f"{name[:80]!r} is none of {', '.join(self.names)}")
        if name not in self._compiled:
            self._compiled[name] = Profile(name, load([_file(one) for one in self._more[name]]))
        return self._compiled[name]

    def mark(self) -> bytes:
        """Changes with every profile that there is: its files, and how they are read."""
        told = hashlib.sha256(_mark_of_ours())
        for name, paths in sorted(self._more.items()):
            told.update(name.encode())
            for path in paths:
                told.update(_file(path).body)
        return told.digest()

    def check(self) -> None:
        """Compile the operator's profiles. Raises: InvalidShapes, SettingsError."""
        for name in self._more:
            self.profile(name)


@cache
def _mark_of_ours() -> bytes:
    told = hashlib.sha256(VERSION)
    for name in OURS:
        for one in _files_of_ours(name):
            told.update(one.body)
    return told.digest()


@cache
def _of_ours(name: str) -> Shapes:
    return load(_files_of_ours(name))


@cache
def _files_of_ours(name: str) -> list[ShapesFile]:
    folder = files("vocab").joinpath("shapes")
    return [ShapesFile(one, folder.joinpath(one).read_bytes(), "text/turtle") for one in OURS[name]]


def _file(path: Path) -> ShapesFile:
    try:
        return ShapesFile(str(path), path.read_bytes(), media_type_of(path.name))
    except OSError as error:
        raise SettingsError(f"{path}: the shapes cannot be read: {error.strerror}") from error
