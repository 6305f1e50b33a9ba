"""What the records of a source are held to: contacts, profiles, and the operator's files of shapes. A
source's own option goes before its node's (`model.held_to`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalogue.align.contacts import KEEP, choice
from catalogue.model import Source, held_to
from catalogue.ports import Journal
from catalogue.validate.choosing import chosen
from catalogue.validate.profiles import Profiles

Files = Mapping[str, Sequence[Path]]
"""The operator's profiles: the files of each by its name (`validate.profiles.named_files`)."""

NO_FILES: Files = {}
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Rules:
    """`contacts`: the option of that name. `profiles`: that option, as it is written. `files`: of those of
    the operator's profiles that it names."""

    contacts: str = KEEP
    profiles: str = ""
    files: Files = field(default_factory=dict)

    def mark(self) -> bytes:
        """What records that were judged by these rules are known by: other rules may judge otherwise."""
        told = hashlib.sha256(f"{self.contacts}\0{self.profiles}\0".encode())
        told.update(Profiles(self.files).mark())
        return told.digest()


PLAIN = Rules()


def rules_of(
    options: Mapping[str, str], files: Files = NO_FILES, *, of_node: Mapping[str, str] = NOTHING
) -> Rules:
    """The rules of a source's options and its node's. Raises: InvalidInput."""
    held = held_to(options, of_node)
    wanted = held.get("profiles", "")
    named = {one.name for one in chosen(wanted)}
    return Rules(
        choice(held),
        wanted,
        {name: paths for name, paths in files.items() if name in named},
    )


def rules_in(journal: Journal, source: Source, files: Files = NO_FILES) -> Rules:
    """The rules of a journal's source, as its node is now. Raises: InvalidInput; NotFound."""
    return rules_of(source.options, files, of_node=journal.node(source.node).options)
