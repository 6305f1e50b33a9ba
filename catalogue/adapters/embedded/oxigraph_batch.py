"""What a batch of changed records does to the graph: triples to take out, triples to put in.

Lines about a subject that one record alone describes go and come with it. Lines about a subject that
several describe are counted, in the form in which the store writes them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalogue.adapters.embedded.oxigraph_ledger import COUNTED
from catalogue.adapters.embedded.oxigraph_proof import as_stored, line_hash
from catalogue.model import Change
from catalogue.project.statements import catalog_record, measurements, named

# What a graph says of one subject: canonical text is sorted, so its lines stand together.
_BLOCK = re.compile(r"^(\S+) .*\n(?:\1 .*\n)*", re.MULTILINE)

Blocks = dict[str, str]  # by subject; each line ends with a line feed


@dataclass(slots=True)
class Batch:
    """Lines to delete and to insert, and the ledger's new rows."""

    gone: set[str] = field(default_factory=set)
    come: list[str] = field(default_factory=list)  # lines, or several joined by line feeds
    kept: list[str] = field(default_factory=list)  # stated before and after
    owners: dict[bytes, str | None] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Subject:
    """Who describes a subject before and after: page id to what it says."""

    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)


class Planner:
    """Plans batches for a site's graph.

    `owners` and `numbers` ask the ledger; `state_of` gives the state of a record outside the batch;
    `stored` what the store says of how a record scores: that depends on more than the record's version,
    so it cannot be told from the old state.
    """

    def __init__(
        self,
        site: str,
        owners: Callable[[Collection[bytes]], dict[bytes, str]],
        numbers: Callable[[Collection[bytes]], dict[bytes, int]],
        state_of: Callable[[str], Change | None],
        stored: Callable[[str], Iterable[str]],
    ) -> None:
        self._site, self._owners, self._numbers = site, owners, numbers
        self._state_of, self._stored = state_of, stored

    def plan(self, old: Mapping[str, Change], new: Sequence[Change]) -> Batch:
        """What replacing the old states by the new ones takes."""
        batch = Batch()
        subjects: dict[str, _Subject] = {}
        for page_id, change in old.items():
            batch.gone.update(catalog_record(change, self._site))
            batch.gone.update(self._stored(page_id))
            for subject, block in self._by_subject(change).items():
                subjects.setdefault(subject, _Subject()).old[page_id] = block
        for change in new:
            batch.come.extend(catalog_record(change, self._site))
            batch.come.extend(measurements(change, self._site))
            page_id = change.record.page_id
            for subject, block in self._by_subject(change).items():
                subjects.setdefault(subject, _Subject()).new[page_id] = block
        self._subjects(batch, subjects)
        if batch.gone:
            staying = set(as_stored(_lines("\n".join([*batch.come, *batch.kept]) + "\n")))
            batch.gone = {one for one in as_stored(batch.gone) if one not in staying}
        return batch

    def _subjects(self, batch: Batch, subjects: dict[str, _Subject]) -> None:
        keys = {one: subject_hash(one) for one in subjects}
        owned = self._owners(list(keys.values()))
        counted: Counter[str] = Counter()
        begun: set[str] = set()  # lines of a subject that is counted from now on, stated before
        for subject, held in subjects.items():
            key = keys[subject]
            owner = owned.get(key)
            outside = owner not in {None, COUNTED, *held.old}
            if owner != COUNTED and not outside and len(held.new) <= 1:
                self._alone(batch, key, held)
                continue
            if owner != COUNTED:
                begun.update(self._begin(batch, key, subject, owner if outside else None, held))
            if owner == COUNTED:
                for block in held.old.values():
                    counted.subtract(set(as_stored(_lines(block))))
            for block in held.new.values():
                counted.update(set(as_stored(_lines(block))))
        self._count(batch, counted, begun)

    def _alone(self, batch: Batch, key: bytes, held: _Subject) -> None:
        """A subject that one record at most describes, before and after."""
        if held.old:
            old = {line for block in held.old.values() for line in _lines(block)}
            new = {line for block in held.new.values() for line in _lines(block)}
            batch.gone |= old - new
            batch.come.extend(new - old)
            batch.kept.extend(new & old)
        else:
            batch.come.extend(block[:-1] for block in held.new.values())
        wanted = next(iter(held.new), None)
        if [wanted] != list(held.old):
            batch.owners[key] = wanted

    def _begin(
        self, batch: Batch, key: bytes, subject: str, owner: str | None, held: _Subject
    ) -> set[str]:
        """Begin to count a subject's triples; the lines that are in the store already."""
        batch.owners[key] = COUNTED
        if owner is None:
            batch.gone.update(line for block in held.old.values() for line in _lines(block))
            return set()
        change = self._state_of(owner)
        block = self._by_subject(change).get(subject, "") if change else ""
        stored = set(as_stored(_lines(block)))
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

    def _by_subject(self, change: Change) -> Blocks:
        if change.graph is None:
            return {}
        if b"_:" in change.graph:
            lines = named(change.lines, change.record.page_id, self._site)
            text = "".join(f"{line}\n" for line in lines)
        else:
            text = change.graph.decode()
        return {match[1]: match[0] for match in _BLOCK.finditer(text)}


def _lines(block: str) -> list[str]:
    return block.split("\n")[:-1]


def subject_hash(subject: str) -> bytes:
    """16 bytes that stand for a subject."""
    return hashlib.blake2b(subject.encode(), digest_size=16).digest()
