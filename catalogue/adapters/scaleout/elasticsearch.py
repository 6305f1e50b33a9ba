"""The search index on Elasticsearch, written by the process that projects; `elasticsearch_search` reads.

`prefix` is an alias over one index, `prefix.` and a random name. Its mapping's `_meta` tells of which
version and journal it is, and up to where.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any

from elasticsearch import NotFoundError

from catalogue.adapters.scaleout.elasticsearch_bulk import Bulk, Write
from catalogue.adapters.scaleout.elasticsearch_documents import (
    VERSION,
    elasticsearch_document,
    mapping,
    settings,
)
from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch
from catalogue.adapters.scaleout.elasticsearch_server import Server, in_our_words
from catalogue.errors import SettingsError, Unavailable
from catalogue.model import Change
from catalogue.project.describe import Description, describe
from catalogue.search.clusters import Members, cluster_document, no_members, record_document

SECONDS = 60.0  # that one request may take
CLUSTERS = 200  # whose records are read at once
COMMIT = 10_000  # changes between commits of a burst

Countries = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Mark:
    """What an index says of itself: kept in its mapping, so that it comes and goes with it. `secret`
    seals the names of views (`elasticsearch_views`); `commit` is another one each time."""

    version: str
    journal: str
    cursor: int
    secret: str
    commit: str = ""


@dataclass(frozen=True, slots=True)
class _Index:
    """The index behind the alias."""

    name: str
    mark: _Mark
    shards: int
    replicas: int


class ElasticsearchIndex:
    """`ports.Projection` on Elasticsearch: one writer.

    `journal` tells which journal is projected, "" while it is empty: an index that another one left
    behind under the same prefix is made anew. `members` tells the records of clusters. Opening it asks
    nothing of the server.
    """

    name = "index"

    def __init__(
        self,
        here: Server,
        *,
        countries: Countries,
        journal: Callable[[], str],
        members: Members = no_members,
    ) -> None:
        self._here, self._countries, self._journal = here, countries, journal
        self._country, self._members = countries, members
        self._client = here.client(seconds=SECONDS)
        self._bulk = Bulk(self._client, here)
        self._index: _Index | None = None
        self._at = self._pending = 0  # applied up to, and how many of it are not committed

    # --- projecting ------------------------------------------------------------------------------

    def cursor(self) -> int:
        """Raises: Unavailable."""
        if self._index is None:
            self._look()
        return self._at

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why the index must be filled anew from the journal. What was applied and not committed
        before is applied again. Raises: Unavailable."""
        found = self._look()
        if found is None:
            return "it is absent"
        if found.mark.version != VERSION:
            return "it is of another version"
        if found.shards != self._here.shards:
            return f"it has {found.shards} shards, and {self._here.shards} are asked for"
        if found.mark.journal not in {"", self._journal()}:
            return "it is of another journal"
        if found.mark.cursor > last_seq:
            return "it is ahead of the journal"
        self._copies(found)
        return None

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        last = {change.record.page_id: change for change in changes}
        before = self._clusters_of(list(last))
        writes = self._writes(last.values(), cursor, before)
        self._bulk.write(self._here.prefix, writes, alias=True)
        self._at, self._pending = cursor, self._pending + len(changes)
        if self._pending >= COMMIT:
            self._commit()

    def settle(self) -> None:
        """Make visible what was applied, in every copy, and move the cursor."""
        if self._pending:
            self._commit()

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Fill a new index beside the old one, then let the alias name it and delete the old, in one
        step: readers meet the one or the other. Safe to repeat."""
        with in_our_words(self._here.who):
            self._sweep()
            fresh = f"{self._here.prefix}.{secrets.token_hex(6)}"
            mark = _Mark(VERSION, self._journal(), cursor, secrets.token_hex(32))
            # Copies are made once it is filled: that is faster than filling each.
            made = settings(self._here.shards, 0)
            self._client.indices.create(index=fresh, settings=made, mappings=mapping())
            self._bulk.write(fresh, self._writes(live(), cursor))
            self._refresh(fresh)
            self._client.indices.put_mapping(index=fresh, meta=asdict(mark))
            self._client.indices.put_settings(
                index=fresh, settings={"number_of_replicas": self._here.replicas}
            )
            self._wait(fresh)
            self._swap(fresh)
        self._look()

    def size(self) -> int:
        with contextlib.closing(ElasticsearchSearch(self._here)) as reader:
            return reader.size()

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most."""
        with contextlib.closing(ElasticsearchSearch(self._here)) as reader:
            return reader.differences(live)

    def close(self) -> None:
        self._client.close()

    def _writes(
        self, changes: Iterable[Change], cursor: int, before: Iterable[str] = ()
    ) -> Iterator[Write]:
        """Records, then the clusters that any of them is in, or was in (`before`)."""
        self._country = cache(self._countries)  # asked again with each batch: a node may be edited
        clusters = dict.fromkeys(before)
        for change in changes:
            body = None
            if not change.withdrawn:
                body = elasticsearch_document(record_document(*self._described(change)))
            if change.cluster is not None:
                clusters[change.cluster] = None
            yield Write(change.record.page_id, change.seq, body)
        ids = list(clusters)
        for start in range(0, len(ids), CLUSTERS):
            some = ids[start : start + CLUSTERS]
            found = self._members(some)
            for cluster_id in some:
                members = [self._described(one) for one in found.get(cluster_id, ())]
                made = cluster_document(cluster_id, members) if members else None
                body = elasticsearch_document(made) if made is not None else None
                yield Write(cluster_id, cursor, body)

    def _described(self, change: Change) -> tuple[Change, Description]:
        return change, describe(change, self._country(change.record.node))

    def _clusters_of(self, page_ids: Sequence[str]) -> list[str]:
        """The clusters that records are in as they are indexed, be that visible or not."""
        found: dict[str, None] = {}
        for start in range(0, len(page_ids), COMMIT):
            with in_our_words(self._here.who):
                answer = self._client.mget(
                    index=self._here.prefix,
                    ids=page_ids[start : start + COMMIT],
                    source_includes=["item.cluster"],
                    realtime=True,
                )
            told = (one.get("_source", {}).get("item", {}) for one in answer["docs"])
            found |= dict.fromkeys(cluster for one in told if (cluster := one.get("cluster")))
        return list(found)

    def _commit(self) -> None:
        """What is visible comes first: a crash between repeats the batch, which changes nothing."""
        if self._index is None:
            raise Unavailable("the index has not been looked at")
        mark = replace(
            self._index.mark,
            journal=self._journal(),
            cursor=self._at,
            commit=secrets.token_hex(4),
        )
        with in_our_words(self._here.who):
            self._refresh(self._here.prefix)
            self._client.indices.put_mapping(index=self._index.name, meta=asdict(mark))
        self._index = replace(self._index, mark=mark)
        self._pending = 0

    def _refresh(self, name: str) -> None:
        """Raises: Unavailable where a copy that is read did not follow."""
        answer = self._client.indices.refresh(index=name)
        failed = answer["_shards"]["failed"]
        if failed:
            raise Unavailable(f"{self._here.who} did not follow in {failed} shards of {name}")

    # --- the index behind the alias ---------------------------------------------------------------

    def _look(self) -> _Index | None:
        """What the server has of ours; the cursor goes to what is committed.

        Raises: Unavailable; SettingsError where the prefix is the name of an index of others.
        """
        prefix = self._here.prefix
        self._index, self._at, self._pending = None, 0, 0
        with in_our_words(self._here.who):
            try:
                found = self._client.indices.get(index=prefix)
            except NotFoundError:
                return None
        if prefix in found:
            raise SettingsError(
                f"AICAT_SEARCH_URL: {self._here.who} has an index of others named {prefix};"
                " choose another prefix"
            )
        if len(found) != 1:
            return None
        ((name, told),) = found.items()
        meta, made = told["mappings"].get("_meta", {}), told["settings"]["index"]
        mark = _Mark(
            str(meta.get("version", "")),
            str(meta.get("journal", "")),
            int(meta.get("cursor", 0)),
            str(meta.get("secret", "")),
        )
        self._index = _Index(
            name, mark, int(made["number_of_shards"]), int(made["number_of_replicas"])
        )
        self._at = mark.cursor
        return self._index

    def _copies(self, found: _Index) -> None:
        """As many copies as are asked for."""
        if found.replicas != self._here.replicas:
            wanted = {"number_of_replicas": self._here.replicas}
            with in_our_words(self._here.who):
                self._client.indices.put_settings(index=found.name, settings=wanted)

    def _wait(self, name: str) -> None:
        """Until copies that a node was found for are made; half a minute at most."""
        self._client.options(ignore_status=408).cluster.health(
            index=name, wait_for_no_initializing_shards=True, timeout="30s"
        )

    def _swap(self, fresh: str) -> None:
        old = [name for name in self._ours() if name != fresh]
        actions: list[dict[str, Any]] = [{"remove_index": {"index": name}} for name in old]
        actions.append({"add": {"index": fresh, "alias": self._here.prefix}})
        self._client.indices.update_aliases(actions=actions)

    def _sweep(self) -> None:
        """Delete what a rebuild that was broken off has left."""
        for name, told in self._ours().items():
            if not told["aliases"]:
                self._client.indices.delete(index=name)

    def _ours(self) -> dict[str, Any]:
        answer = self._client.indices.get(index=f"{self._here.prefix}.*", allow_no_indices=True)
        return dict(answer.body)
