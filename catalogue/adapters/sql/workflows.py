"""How holders decide, each version kept; and who decides for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import orjson
from sqlalchemy import Connection, func, select

from catalogue.access.book import Book
from catalogue.access.workflow import Workflow, checked, from_json, to_json
from catalogue.adapters.sql import auditing
from catalogue.adapters.sql import tables as journal
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import InvalidInput, NotFound


class SqlWorkflows:
    """`catalogue.ports.Workflows`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def book(self, holders: Collection[str]) -> Book:
        with self._store.reading() as connection:
            return _book(connection, holders)

    def put(self, workflow: Workflow, who: str) -> Workflow:
        with self._store.writing() as connection:
            _check_node(connection, workflow.holder)
            book = _book(connection, [workflow.holder])
            for other in book.latest(workflow.holder):
                both = sorted(set(other.kinds) & set(workflow.kinds))
                if other.id != workflow.id and other.version and both:
                    raise InvalidInput(
                        f"{workflow.holder} decides on {', '.join(both)} by workflow {other.id!r}"
                        " already; take it out there first"
                    )
            last = max((one.version for one in book.workflows if one.id == workflow.id), default=0)
            fresh = checked(book.numbered(replace(workflow, version=last + 1)))
            now = self._store.now(connection)
            row = {"holder": fresh.holder, "id": fresh.id, "version": fresh.version}
            body = orjson.dumps(to_json(fresh)).decode()
            connection.execute(t.workflow.insert().values(**row, at=now, who=who, body=body))
            auditing.note(connection, now, who, "workflow.set", fresh.holder, row)
            return fresh

    def delegate(self, node: str, holder: str | None, who: str) -> None:
        with self._store.writing() as connection:
            for one in filter(None, (node, holder)):
                _check_node(connection, one)
            _check_chain(connection, node, holder)
            connection.execute(t.access_holder.delete().where(t.access_holder.c.node == node))
            if holder is not None and holder != node:
                row = {"node": node, "holder": holder}
                connection.execute(t.access_holder.insert().values(row))
            now = self._store.now(connection)
            auditing.note(connection, now, who, "holder.set", node, {"holder": holder or node})

    def holder_of(self, node: str) -> str:
        table = t.access_holder
        row = self._store.one(select(table.c.holder).where(table.c.node == node))
        return node if row is None else str(row.holder)


def _book(connection: Connection, holders: Collection[str]) -> Book:
    query = select(t.workflow.c.body).where(t.workflow.c.holder.in_(sorted(holders)))
    found = connection.execute(query.order_by(t.workflow.c.id, t.workflow.c.version)).scalars()
    return Book(tuple(from_json(orjson.loads(body)) for body in found))


def _check_node(connection: Connection, node: str) -> None:
    query = select(func.count()).select_from(journal.node).where(journal.node.c.id == node)
    if not connection.execute(query).scalar_one():
        raise NotFound(f"there is no node {node!r}; `aicat node list` shows all")


def _check_chain(connection: Connection, node: str, holder: str | None) -> None:
    """One step only: who decides for others decides for themselves. Raises: InvalidInput."""
    table = t.access_holder
    if holder is None or holder == node:
        return
    if connection.execute(select(table).where(table.c.node == holder)).first() is not None:
        raise InvalidInput(f"{holder} has given its own decisions away; name who has them")
    if connection.execute(select(table).where(table.c.holder == node)).first() is not None:
        raise InvalidInput(f"{node} decides for others; it cannot give its own decisions away")
