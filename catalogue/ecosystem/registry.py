"""The registry on the journal: fact sheets put as records, read back from them, begun with what is
known when the catalogue is set up."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from catalogue.ecosystem.graphs import JOINT_UNDERTAKING, graph, sectors
from catalogue.ecosystem.sheets import (
    BUILT_IN,
    EDITED,
    Sheet,
    body,
    key_of,
    kind_of,
    read,
    refused,
)
from catalogue.errors import Conflict, InvalidSheet, NotFound
from catalogue.model import (
    Entry,
    Finding,
    Node,
    Outcome,
    Page,
    Put,
    Source,
    content_hash,
    page_id,
    raw_hash,
)
from catalogue.ports import Journal
from catalogue.rdf.canonical import canonical
from vocab.calls import Announced, Call, calls
from vocab.ecosystem import Factory, Supercomputer, factories, machine_of, supercomputers
from vocab.offers import EUROHPC, EUROHPC_SITE, OFFER_KINDS, Initiative, Offer, initiatives, offers

PUSH = "push"
OPTION = "registry"  # of the sources that hold fact sheets, and nothing else
LOADER = "registry"  # who puts what the catalogue is set up with
_ON = frozenset({"1", "true", "yes", "on"})

log = logging.getLogger(__name__)
_S = TypeVar("_S", Factory, Supercomputer, Initiative, Call, Offer)


@dataclass(frozen=True, slots=True)
class Kept:
    """A sheet with the record that it is. `content`: the hash of its graph."""

    sheet: Sheet
    origin: str
    page_id: str
    source: str
    node: str
    visibility: str
    content: bytes

    @property
    def version(self) -> str:
        """What tells this version of the sheet from any other."""
        return self.content.hex()[:32]


class Ecosystem:
    """Every sheet, as it stood at one position of the journal. Immutable."""

    def __init__(self, kept: Iterable[Kept]) -> None:
        found = sorted(kept, key=lambda one: _order(one.sheet))
        self._kept = {(kind_of(one.sheet), one.sheet.id): one for one in found}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept.values())

    def kept(self, kind: str, sheet_id: str) -> Kept | None:
        return self._kept.get((kind, sheet_id))

    def of_page(self, ident: str) -> Kept | None:
        """The sheet whose record has that page."""
        return self._pages.get(ident)

    def only(self, fits: Callable[[Kept], bool]) -> Ecosystem:
        """What of it fits; itself where all does."""
        found = [one for one in self if fits(one)]
        return self if len(found) == len(self) else Ecosystem(found)

    def factory(self, factory_id: str) -> Factory | None:
        return self._one(Factory, "factory", factory_id)

    def supercomputer(self, machine_id: str) -> Supercomputer | None:
        return self._one(Supercomputer, "supercomputer", machine_id)

    def call(self, call_id: str) -> Call | None:
        return self._one(Call, "call", call_id)

    @property
    def factories(self) -> tuple[Factory, ...]:
        """AI Factories, then Antennas; each in the order in which they were selected."""
        return self._all(Factory)

    @property
    def supercomputers(self) -> tuple[Supercomputer, ...]:
        return self._all(Supercomputer)

    @property
    def initiatives(self) -> tuple[Initiative, ...]:
        return self._all(Initiative)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The oldest first."""
        return self._all(Call)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Compute first; each kind by its provider."""
        return self._all(Offer)

    def hosts(self, machine_id: str) -> tuple[Factory, ...]:
        """The factories that name the machine among their systems."""
        return self._hosts.get(machine_id, ())

    def givers(self, offer: Offer) -> tuple[Factory, ...]:
        """The factories that an offer goes with: its provider, else those around its supercomputer."""
        own = self.factory(offer.provider)
        if own:
            return (own,)
        return self.hosts(offer.supercomputer) if offer.supercomputer else ()

    def given_by(self, factory_id: str) -> tuple[Offer, ...]:
        """The offers that go with a factory."""
        return self._given.get(factory_id, ())

    @cached_property
    def _pages(self) -> dict[str, Kept]:
        return {one.page_id: one for one in self}

    @cached_property
    def _hosts(self) -> dict[str, tuple[Factory, ...]]:
        found: dict[str, tuple[Factory, ...]] = {}
        for factory in self.factories:
            machines = {machine_of(name, self.supercomputers) for name in factory.systems}
            for machine in machines - {None}:
                assert machine is not None
                found[machine.id] = (*found.get(machine.id, ()), factory)
        return found

    @cached_property
    def _given(self) -> dict[str, tuple[Offer, ...]]:
        found: dict[str, list[Offer]] = {}
        for offer in self.offers:
            for factory in self.givers(offer):
                found.setdefault(factory.id, []).append(offer)
        return {name: tuple(several) for name, several in found.items()}

    def joined(self, others: Iterable[Kept]) -> Ecosystem:
        """What it is once those are in it, or in the place of those of the same kind and id."""
        new = {(kind_of(one.sheet), one.sheet.id): one for one in others}
        return Ecosystem({**self._kept, **new}.values())

    def _one(self, of: type[_S], kind: str, sheet_id: str) -> _S | None:
        kept = self._kept.get((kind, sheet_id))
        return kept.sheet if kept and isinstance(kept.sheet, of) else None

    def _all(self, of: type[_S]) -> tuple[_S, ...]:
        return tuple(one.sheet for one in self._kept.values() if isinstance(one.sheet, of))


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a sheet. `created`: it is new; `changed`: what is served is another one now;
    `waiting`: a steward of its source has to release it first."""

    kind: str
    id: str
    page_id: str
    created: bool
    changed: bool
    waiting: bool
    run: str
    notes: tuple[Finding, ...] = ()


class Registry:
    """The sheets of a journal. Safe between threads."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._guard = threading.Lock()
        self._seen: tuple[int, Ecosystem] = (-1, Ecosystem(()))

    def known(self) -> Ecosystem:
        """Every sheet whose record is live, whoever may see it."""
        seq = self._journal.last_seq()
        with self._guard:
            if self._seen[0] != seq:
                self._seen = (seq, Ecosystem(self._read(self._seen[1])))
            return self._seen[1]

    def put(
        self,
        kind: str,
        sheet_id: str,
        given: bytes | Mapping[str, Any],
        who: str,
        *,
        asked_by: str = "steward",
        seen: str | None = None,
    ) -> Stored:
        """Store a document as the sheet's newest version. `who` is for the audit log, `asked_by` for the
        run, which everybody may read; `seen`: the version (`Kept.version`) that was edited.

        Raises: InvalidSheet; Conflict where it is another version now, where the provider of an offer
        changes, or where it was erased; NotFound where there is no such provider among the members.
        """
        known = self.known()
        new = read(kind, sheet_id, given)
        kept = known.kept(kind, sheet_id)
        _unchanged(kind, sheet_id, kept, seen)
        _check(new.sheet, known)
        source = self._source(self.owner(new.sheet, known), new.sheet)
        joined = known.joined([_kept(new.sheet, source, b"")])
        told_of = None if seen is None else (kept.content if kept else b"")
        stored = self._store(new.sheet, EDITED, source, joined, asked_by, new.notes, told_of)
        if stored.changed or stored.waiting:
            told = {"page": stored.page_id, "run": stored.run}
            self._journal.audit.record(who, "registry.put", f"{kind}/{sheet_id}", told)
        if stored.changed:
            self._follow(new.sheet, asked_by)
        return stored

    def announce(self, call_id: str, cut_off: Announced, today: date, who: str) -> Stored:
        """Announce a cut-off of a call: instead of a day of its rule (another day announced instead of
        the same is replaced), or beside those. Raises: NotFound; InvalidSheet."""
        call = self.known().call(call_id)
        if call is None:
            raise NotFound(f"there is no call {call_id[:40]!r}")
        rest = tuple(
            one
            for one in call.announced
            if one.instead_of is None or one.instead_of != cut_off.instead_of
        )
        changed = replace(call, announced=(*rest, cut_off), revised=today)
        return self.put("call", call_id, body(changed, EDITED), who)

    def withdraw(
        self,
        kind: str,
        sheet_id: str,
        who: str,
        *,
        asked_by: str = "steward",
        seen: str | None = None,
    ) -> str:
        """Delete a sheet's record at once; return the id of its run. `seen`: as `put`.
        Raises: NotFound; Conflict."""
        kept = self.known().kept(kind, sheet_id)
        if kept is None:
            raise NotFound(f"there is no {kind} {sheet_id[:60]!r} in the registry")
        _unchanged(kind, sheet_id, kept, seen)
        content = None if seen is None else kept.content
        run = self._journal.withdraw(kept.source, key_of(kind, sheet_id), asked_by, seen=content)
        told = {"page": kept.page_id, "run": run.id}
        self._journal.audit.record(who, "registry.withdraw", f"{kind}/{sheet_id}", told)
        return run.id

    def load(self) -> Counter[str]:
        """Put every sheet that is built in, with the members and sources that hold them, and count what
        became of them: `added`, `changed`, `unchanged`, `edited` (somebody else's version stays),
        `withdrawn` (it was deleted here, and stays so). Done again it changes nothing."""
        self._join()
        before, gone = self.known(), self._gone()
        counts: Counter[str] = Counter()
        wanted: list[Kept] = []
        for sheet in _built_in():
            kind = kind_of(sheet)
            kept = before.kept(kind, sheet.id)
            if kept is None and (kind, sheet.id) in gone:
                counts["withdrawn"] += 1
            elif kept is not None and kept.origin != BUILT_IN:
                counts["edited"] += 1
            else:
                source = self._source(_home(sheet))
                wanted.append(_kept(sheet, source, kept.content if kept else b""))
        known = before.joined(wanted)  # so that graphs are whole at once, whatever comes first
        for one in wanted:
            counts[self._load_one(one, known)] += 1
        return counts

    def _load_one(self, one: Kept, known: Ecosystem) -> str:
        if one.content == content_hash(canonical(graph(one.sheet, known))):
            return "unchanged"
        source = self._journal.source(one.source)
        return _word(self._store(one.sheet, BUILT_IN, source, known, LOADER, ()))

    def owner(self, sheet: Sheet, known: Ecosystem) -> str:
        """The node that a sheet is of. Raises: Conflict where it is stored under another one."""
        kept = known.kept(kind_of(sheet), sheet.id)
        home = _home(sheet)
        if kept is None:
            return home
        if isinstance(sheet, Offer) and kept.node != home:
            raise Conflict(
                f"the offer {sheet.id} is of {kept.node}; withdraw it and add one of {home} instead"
            )
        return kept.node

    # --- the journal's side --------------------------------------------------------------------------

    def _read(self, before: Ecosystem) -> Iterator[Kept]:
        """Every sheet, of those that did not change the value that was read before."""
        known = {one.page_id: one for one in before}
        for source in self._journal.sources():
            if not holds_sheets(source):
                continue
            for key, record in self._journal.known(source.id).items():
                if not record.live:
                    continue
                ident = page_id(source.id, key)
                kept = known.get(ident)
                if kept is None or kept.content != record.content_hash:
                    kept = self._read_one(source, key, record.content_hash)
                if kept is not None:
                    yield replace(kept, visibility=source.visibility)

    def _read_one(self, source: Source, key: str, content: bytes) -> Kept | None:
        kind, _, sheet_id = key.partition("/")
        ident = page_id(source.id, key)
        try:
            raw, _media_type = self._journal.raw(ident)
            found = read(kind, sheet_id, raw)
        except (NotFound, InvalidSheet, KeyError) as error:
            log.warning("registry: %s of %s cannot be read: %s", key, source.id, error)
            return None
        return Kept(
            found.sheet, found.origin, ident, source.id, source.node, source.visibility, content
        )

    def _store(
        self,
        sheet: Sheet,
        origin: str,
        source: Source,
        known: Ecosystem,
        asked_by: str,
        notes: tuple[Finding, ...],
        seen: bytes | None = None,
    ) -> Stored:
        kind = kind_of(sheet)
        entry = entry_of(sheet, origin, known, notes)
        assert entry.raw is not None
        page = Page(f"record:{entry.key}", "the fact sheet", "application/json", entry.raw)
        put = self._journal.put(source.id, entry, asked_by, page, seen=seen)
        if put.outcome is Outcome.IGNORED:
            raise Conflict(f"{kind} {sheet.id} was erased here for good; nothing was stored")
        return _stored(kind, sheet.id, page_id(source.id, entry.key), put, notes)

    def _follow(self, changed: Sheet, asked_by: str) -> None:
        """Store the sheets anew whose graphs take names from one that changed."""
        if not isinstance(changed, Factory | Supercomputer):
            return
        known = self.known()
        for kept in known:
            if kept.sheet is not changed and kept.sheet.id != changed.id:
                lines = canonical(graph(kept.sheet, known))
                if content_hash(lines) != kept.content:
                    source = self._journal.source(kept.source)
                    self._store(kept.sheet, kept.origin, source, known, asked_by, ())

    def _join(self) -> None:
        """Add the members and sources that are not there yet."""
        nodes = {one.id for one in self._journal.nodes()}
        sources = {one.id: one for one in self._journal.sources()}
        for node in _members():
            if node.id not in nodes:
                self._journal.add_node(node)
            name = source_id(node.id)
            if name not in sources:
                self._journal.add_source(Source(name, node.id, PUSH, None, {OPTION: "1"}))
            elif not holds_sheets(sources[name]):
                raise Conflict(
                    f"source {name} is there already and holds no fact sheets; give it option"
                    f" {OPTION}=1 or remove it"
                )

    def _gone(self) -> set[tuple[str, str]]:
        """Kinds and ids of sheets that were deleted."""
        found = set()
        for source in self._journal.sources():
            if holds_sheets(source):
                for key, record in self._journal.known(source.id).items():
                    if not record.live:
                        kind, _, sheet_id = key.partition("/")
                        found.add((kind, sheet_id))
        return found

    def _source(self, node_id: str, new: Sheet | None = None) -> Source:
        """The source of a node's sheets; made where the node has none, with its node where that is a
        new factory. Raises: NotFound."""
        name = source_id(node_id)
        try:
            found = self._journal.source(name)
        except NotFound:
            self._join_node(node_id, new)
            found = Source(name, node_id, PUSH, None, {OPTION: "1"})
            self._journal.add_source(found)
        if not holds_sheets(found):
            raise Conflict(f"source {name} holds no fact sheets; give it option {OPTION}=1")
        return found

    def _join_node(self, node_id: str, new: Sheet | None) -> None:
        try:
            self._journal.node(node_id)
        except NotFound:
            if not isinstance(new, Factory):
                raise
            self._journal.add_node(_node_of(new))


def entry_of(sheet: Sheet, origin: str, known: Ecosystem, notes: tuple[Finding, ...] = ()) -> Entry:
    """The entry of a sheet for the journal: its document as the raw bytes, its graph beside."""
    kind, raw = kind_of(sheet), body(sheet, origin)
    lines = canonical(graph(sheet, known))
    is_training = isinstance(sheet, Offer) and sheet.kind == "training"
    key = key_of(kind, sheet.id)
    return Entry(
        key=key,
        iri=sheet.iri,
        type="training" if is_training else kind,
        raw_hash=raw_hash(raw),
        graph=lines,
        content_hash=content_hash(lines),
        raw=raw,
        sectors=sectors(sheet),
        findings=tuple(replace(one, key=key) for one in notes),
    )


def _unchanged(kind: str, sheet_id: str, kept: Kept | None, seen: str | None) -> None:
    """Raises: Conflict where there is another version than was seen."""
    if seen is not None and seen != (kept.version if kept else ""):
        raise Conflict(f"{kind} {sheet_id} was changed by somebody else meanwhile; read it again")


def holds_sheets(source: Source) -> bool:
    """Whether a source holds fact sheets, which come by the registry's own door only."""
    return source.kind == PUSH and source.options.get(OPTION, "").lower() in _ON


def source_id(node_id: str) -> str:
    """The source of a node that holds its sheets."""
    return f"{node_id}-registry"


def _home(sheet: Sheet) -> str:
    """The node that a new sheet goes to: a factory is its own, an offer is its provider's."""
    if isinstance(sheet, Factory):
        return sheet.id
    return sheet.provider if isinstance(sheet, Offer) else EUROHPC


def _members() -> Iterator[Node]:
    yield Node(EUROHPC, JOINT_UNDERTAKING, "EU", "hub", EUROHPC_SITE)
    for one in factories():
        yield _node_of(one)


def _node_of(one: Factory) -> Node:
    return Node(one.id, one.name, one.country, one.kind, one.website)


def _built_in() -> tuple[Sheet, ...]:
    return (*supercomputers(), *factories(), *calls(), *initiatives(), *offers())


def _order(sheet: Sheet) -> tuple[Any, ...]:
    match sheet:
        case Factory():
            return (0, sheet.kind != "ai-factory", sheet.selected or "~", sheet.name)
        case Supercomputer():
            return (1, not sheet.runs, sheet.name)
        case Initiative():
            return (2, sheet.country, sheet.name)
        case Call():
            return (3, sheet.opens or sheet.first or date.max, sheet.id)
        case Offer():
            return (4, OFFER_KINDS.index(sheet.kind), sheet.provider, sheet.id)


def _check(sheet: Sheet, known: Ecosystem) -> None:
    """Raises: InvalidSheet where it points to what there is not."""
    if isinstance(sheet, Offer):
        if sheet.provider != EUROHPC and known.factory(sheet.provider) is None:
            raise refused(
                "provider", f"there is no factory {sheet.provider!r}, nor is it {EUROHPC}"
            )
        if sheet.supercomputer and known.supercomputer(sheet.supercomputer) is None:
            raise refused("supercomputer", f"there is no supercomputer {sheet.supercomputer!r}")
        if sheet.call and known.call(sheet.call) is None:
            raise refused("call", f"there is no call {sheet.call!r}")
    if isinstance(sheet, Factory):
        linked = known.factory(sheet.linked) if sheet.linked else None
        if sheet.linked and (linked is None or linked.kind != "ai-factory"):
            raise refused("linked_to", f"there is no AI Factory {sheet.linked!r}")
    if isinstance(sheet, Initiative):
        for one in sheet.factories:
            if known.factory(one) is None:
                raise refused("factories", f"there is no factory {one!r}")


def _kept(sheet: Sheet, source: Source, content: bytes) -> Kept:
    """A sheet that is built in, on its way into its source."""
    ident = page_id(source.id, key_of(kind_of(sheet), sheet.id))
    return Kept(sheet, BUILT_IN, ident, source.id, source.node, source.visibility, content)


def _stored(kind: str, sheet_id: str, ident: str, put: Put, notes: tuple[Finding, ...]) -> Stored:
    return Stored(
        kind,
        sheet_id,
        ident,
        created=put.outcome is Outcome.CREATED,
        changed=put.outcome in {Outcome.CREATED, Outcome.UPDATED} and not put.waiting,
        waiting=put.waiting,
        run=put.run.id,
        notes=notes,
    )


def _word(stored: Stored) -> str:
    if stored.created:
        return "added"
    return "changed" if stored.changed else "unchanged"
