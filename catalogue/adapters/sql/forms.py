"""Forms in the journal's database: each version a row that stays as it is."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from catalogue.access.builtin import builtin_forms
from catalogue.access.fields import Form
from catalogue.access.forms import clashes, digest, form_of, told
from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.store import SqlStore
from catalogue.adapters.sql.tables_forms import form as table
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound
from catalogue.ports.forms import FormVersion

SYSTEM = "system"
MOST_BYTES = 512 * 1024  # of one form as JSON


class SqlForms:
    """`catalogue.ports.FormStore`. Safe to share between threads. `built_in` are the forms of this version
    of the catalogue; those that the database does not know are noted in it at the first use."""

    def __init__(self, store: SqlStore, built_in: Sequence[Form] | None = None) -> None:
        self._store, self._given = store, built_in
        self._noted = False
        self._lock = threading.Lock()

    def current(self) -> tuple[Form, ...]:
        return tuple(one.form for one in self.listed() if one.current)

    def listed(self) -> list[FormVersion]:
        self._note()
        with self._store.reading() as connection:
            return self._standing(connection)

    def versions(self, form_id: str) -> list[FormVersion]:
        self._note()
        with self._store.reading() as connection:
            found = self._of(connection, form_id)
        if not found:
            raise _unknown(form_id)
        return found

    def get(self, form_id: str, version: int) -> Form:
        self._note()
        row = None
        if 0 < version < 2**31:
            where = (table.c.id == form_id, table.c.version == version)
            row = self._store.one(select(table).where(*where))
        if row is None:
            raise NotFound(
                f"there is no version {version} of form {form_id[:80]!r}; `aicat form show` tells them"
            )
        return _form(row.body, row.version)

    def add(
        self, document: Mapping[str, Any], who: str, *, within: str | None = None
    ) -> FormVersion:
        self._note()
        form = form_of(document)
        body = _body(form)
        with self._store.writing() as connection:
            self._check(connection, form, within)
            known = self._of(connection, form.id)
            standing = next((one for one in known if one.current), None)
            if standing is not None and standing.digest == digest(form):
                return standing
            number = max((one.form.version for one in known), default=0) + 1
            wanted = document.get("version")
            if wanted not in {None, number}:
                raise Conflict(
                    f"the next version of form {form.id!r} is {number}, not {wanted}; look at what is there"
                    f" now, then send it with version {number} or without one"
                )
            now = self._store.now(connection)
            _insert(connection, form, number, body, who, now, built_in=False)
            seen = {"version": number, "digest": digest(form), "holder": form.applies.holder}
            auditing.note(connection, now, who, "form.add", form.id, seen)
            return next(one for one in self._of(connection, form.id) if one.current)

    def retire(self, form_id: str, who: str, *, within: str | None = None) -> FormVersion | None:
        self._note()
        with self._store.writing() as connection:
            known = self._of(connection, form_id)
            if not known:
                raise _unknown(form_id)
            standing = next((one for one in known if one.current), None)
            _check_reach(standing or known[0], within)
            if standing is None:
                raise Conflict(f"nothing of form {form_id!r} is in use; it was retired already")
            now = self._store.now(connection)
            where = (
                table.c.id == form_id,
                table.c.built_in.is_(standing.built_in),
                table.c.retired.is_(None),
            )
            connection.execute(update(table).where(*where).values(retired=now))
            seen = {"version": standing.form.version, "built_in": standing.built_in}
            auditing.note(connection, now, who, "form.retire", form_id, seen)
            return next((one for one in self._of(connection, form_id) if one.current), None)

    # --- what comes with the catalogue -------------------------------------------------------

    @property
    def _built_in(self) -> Sequence[Form]:
        return builtin_forms() if self._given is None else self._given

    def _note(self) -> None:
        """Give the forms of this version of the catalogue their numbers, once in a process."""
        if self._noted:
            return
        with self._lock:
            with self._store.reading() as connection:
                missing = self._missing(connection)
            if missing:
                with self._store.writing() as connection:
                    now = self._store.now(connection)
                    for one in self._missing(connection):
                        self._note_one(connection, one, now)
            self._noted = True

    def _missing(self, connection: Connection) -> list[Form]:
        query = select(table.c.id, table.c.digest).where(table.c.built_in.is_(True))
        known = {(row.id, bytes(row.digest).hex()) for row in connection.execute(query)}
        return [one for one in self._built_in if (one.id, digest(one)) not in known]

    def _note_one(self, connection: Connection, form: Form, now: int) -> None:
        query = select(table.c.version, table.c.built_in, table.c.retired)
        known = [*connection.execute(query.where(table.c.id == form.id))]
        before = [row.retired for row in known if row.built_in]
        # What was retired stays so when a release changes its words.
        retired = max(before) if before and None not in before else None
        number = max((row.version for row in known), default=0) + 1
        _insert(connection, form, number, _body(form), SYSTEM, now, built_in=True, retired=retired)
        seen = {"version": number, "digest": digest(form)}
        auditing.note(connection, now, SYSTEM, "form.built-in", form.id, seen)

    # --- reading -----------------------------------------------------------------------------

    def _standing(self, connection: Connection) -> list[FormVersion]:
        found = connection.execute(select(table).order_by(table.c.id, table.c.version.desc()))
        each = (self._told([*group]) for _id, group in groupby(found, key=lambda row: row.id))
        return [next((one for one in versions if one.current), versions[0]) for versions in each]

    def _of(self, connection: Connection, form_id: str) -> list[FormVersion]:
        query = select(table).where(table.c.id == form_id).order_by(table.c.version.desc())
        return self._told([*connection.execute(query)])

    @cached_property
    def _ours(self) -> frozenset[str]:
        """The digests of the forms of this version."""
        return frozenset(digest(one) for one in self._built_in)

    def _told(self, found: Sequence[Any]) -> list[FormVersion]:
        """The versions of one form, the newest first."""
        live = [row for row in found if row.retired is None]
        choice = [row for row in live if not row.built_in] or [
            row for row in live if row.built_in and bytes(row.digest).hex() in self._ours
        ]
        current = choice[0].version if choice else None
        return [
            FormVersion(
                form=_form(row.body, row.version),
                built_in=row.built_in,
                digest=bytes(row.digest).hex(),
                by=row.by,
                at=rows.moment(row.at),
                retired=rows.maybe_moment(row.retired),
                current=row.version == current,
            )
            for row in found
        ]

    def _check(self, connection: Connection, form: Form, within: str | None) -> None:
        """Raises: NotFound, Forbidden, InvalidInput."""
        holder = form.applies.holder
        if within is not None and holder != within:
            raise Forbidden(
                f"a form of {within!r} says so: applies.holder is {within!r}; forms for everybody are"
                " a steward's"
            )
        if (
            holder is not None
            and not connection.execute(select(t.node.c.id).where(t.node.c.id == holder)).scalar()
        ):
            raise NotFound(f"there is no node {holder!r}; `aicat node list` shows all")
        standing = self._standing(connection)
        for one in standing:
            if one.form.id == form.id:
                _check_reach(one, within)
        others = [one.form for one in standing if one.current and one.form.id != form.id]
        if wrong := clashes(form, others):
            raise InvalidInput(f"form {form.id!r} cannot be used:\n" + "\n".join(wrong))


def _check_reach(standing: FormVersion, within: str | None) -> None:
    """Raises: Forbidden where somebody of a holder would change what is not that holder's alone."""
    if within is not None and (standing.built_in or standing.form.applies.holder != within):
        raise Forbidden(f"form {standing.form.id!r} is not {within!r}'s; take another id")


def _insert(
    connection: Connection,
    form: Form,
    number: int,
    body: str,
    who: str,
    now: int,
    *,
    built_in: bool,
    retired: int | None = None,
) -> None:
    row = {"id": form.id, "version": number, "built_in": built_in, "body": body, "by": who}
    row |= {"digest": bytes.fromhex(digest(form)), "at": now, "retired": retired}
    connection.execute(table.insert().values(**row))


def _body(form: Form) -> str:
    content = {name: value for name, value in told(form).items() if name != "version"}
    body = orjson.dumps(content)
    if len(body) > MOST_BYTES:
        raise InvalidInput(
            f"form {form.id!r} has {len(body)} bytes; at most {MOST_BYTES}. Cut it in two"
        )
    return body.decode()


@lru_cache(maxsize=512)
def _form(body: str, version: int) -> Form:
    return form_of(orjson.loads(body), version)


def _unknown(form_id: str) -> NotFound:
    return NotFound(f"there is no form {form_id[:80]!r}; `aicat form list` shows all")
