"""What a batch of changed records does to the graph: triples to take out, triples to put in.

Lines about a subject that one record alone describes go and come with it. Lines about a subject that
several describe are counted, in the form in which the store writes them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalogue.adapters.embedded.oxigraph_ledger import COUNTED
from catalogue.adapters.embedded.oxigraph_proof import as_stored, line_hash
from catalogue.model import Change
from catalogue.project.statements import catalog_record, named

Lines = dict[str, list[str]]  # by subject


@dataclass(slots=True)
class Batch:
    """Lines to delete and to insert, and the ledger's new rows."""

    gone: set[str] = field(default_factory=set)
    come: list[str] = field(default_factory=list)
    owners: dict[bytes, str | None] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Subject:
    """Who describes a subject before and after: page id to lines."""

    old: dict[str, list[str]] = field(default_factory=dict)
    new: dict[str, list[str]] = field(default_factory=dict)


class Planner:
    """Plans batches for a site's graph.

    `owners` and `numbers` ask the ledger; `state_of` gives the state of a record outside the batch.
    """

    def __init__(
        self,
        site: str,
        owners: Callable[[Collection[bytes]], dict[bytes, str]],
        numbers: Callable[[Collection[bytes]], dict[bytes, int]],
        state_of: Callable[[str], Change | None],
    ) -> None:
        self._site, self._owners, self._numbers = site, owners, numbers
        self._state_of = state_of

    def plan(self, old: Mapping[str, Change], new: Sequence[Change]) -> Batch:
        """What replacing the old states by the new ones takes."""
        batch = Batch()
        subjects: dict[str, _Subject] = {}
        for page_id, change in old.items():
            batch.gone.update(catalog_record(change, self._site))
            for subject, lines in self._by_subject(change).items():
                subjects.setdefault(subject, _Subject()).old[page_id] = lines
        for change in new:
            batch.come.extend(catalog_record(change, self._site))
            page_id = change.record.page_id
            for subject, lines in self._by_subject(change).items():
                subjects.setdefault(subject, _Subject()).new[page_id] = lines
        self._subjects(batch, subjects)
        if batch.gone:
            staying = set(as_stored(batch.come))
            batch.gone = {one for one in as_stored(batch.gone) if one not in staying}
        return batch

    def _subjects(self, batch: Batch, subjects: dict[str, _Subject]) -> None:
        owned = self._owners([subject_hash(one) for one in subjects])
        counted: Counter[str] = Counter()
        begun: set[str] = set()  # lines of a subject that is counted from now on, stated before
        for subject, held in subjects.items():
            key = subject_hash(subject)
            owner = owned.get(key)
            outside = owner not in {None, COUNTED, *held.old}
            if owner != COUNTED and not outside and len(held.new) <= 1:
                self._alone(batch, key, held)
                continue
            if owner != COUNTED:
                begun.update(self._begin(batch, key, subject, owner if outside else None, held))
            for lines in held.old.values():
                if owner == COUNTED:
                    counted.subtract(set(as_stored(lines)))
            for lines in held.new.values():
                counted.update(set(as_stored(lines)))
        self._count(batch, counted, begun)

    def _alone(self, batch: Batch, key: bytes, held: _Subject) -> None:
        """A subject that one record at most describes, before and after."""
        batch.gone.update(line for lines in held.old.values() for line in lines)
        batch.come.extend(line for lines in held.new.values() for line in lines)
        wanted = next(iter(held.new), None)
        if [wanted] != list(held.old):
            batch.owners[key] = wanted

    def _begin(
        self, batch: Batch, key: bytes, subject: str, owner: str | None, held: _Subject
    ) -> set[str]:
        """Begin to count a subject's triples; the lines that are in the store already."""
        batch.owners[key] = COUNTED
        if owner is None:
            batch.gone.update(line for lines in held.old.values() for line in lines)
            return set()
        change = self._state_of(owner)
        lines = self._by_subject(change).get(subject, []) if change else []
        stored = set(as_stored(lines))
        for line in stored:
            batch.numbers[line_hash(line)] = 1
        return stored

    def _count(self, batch: Batch, counted: Counter[str], begun: set[str]) -> None:
        before = self._numbers([line_hash(one) for one, change in counted.items() if change])
        for line, change in counted.items():
            key = line_hash(line)
            was = before.get(key, 0) + (line in begun)
            if change:
                batch.numbers[key] = was + change
            if was <= 0 < was + change:
                batch.come.append(line)
            elif was + change <= 0 < was:
                batch.gone.add(line)

    def _by_subject(self, change: Change) -> Lines:
        lines: Iterable[str] = change.lines
        if change.graph and b"_:" in change.graph:
            lines = named(lines, change.record.page_id, self._site)
        found: Lines = {}
        for line in lines:
            found.setdefault(line.split(" ", 1)[0], []).append(line)
        return found


def subject_hash(subject: str) -> bytes:
    """16 bytes that stand for a subject."""
    return hashlib.blake2b(subject.encode(), digest_size=16).digest()
