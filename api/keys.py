"""Keys of nodes: `Authorization: Bearer …` on any request, and what is refused."""

from __future__ import annotations

import threading
import time

from flask import Flask, Response, g, has_request_context, request

from api.context import catalogue, readable_by
from catalogue.errors import Forbidden, NotFound, StorageFull, Unauthenticated
from catalogue.model import AccessKey, Source

PUSH = "push"
NOTED = 60  # refusals a minute that the audit log names one by one
SCHEME = "bearer"
EXTENSION = "aicat-refusals"


class Refusals:
    """Keeps a flood of refusals from filling the audit log: beyond so many a minute they are counted,
    and the number goes with the next that is noted. Safe between threads."""

    def __init__(self, most: int = NOTED) -> None:
        self._most, self._guard = most, threading.Lock()
        self._minute, self._noted, self._passed = 0, 0, 0

    def take(self, now: float) -> int | None:
        """How many were passed over before this one; None where this one is, too."""
        with self._guard:
            if int(now // 60) != self._minute:
                self._minute, self._noted = int(now // 60), 0
            if self._noted >= self._most:
                self._passed += 1
                return None
            self._noted += 1
            passed, self._passed = self._passed, 0
            return passed


def install(app: Flask) -> None:
    """Look at the key of every request that brings one."""
    app.extensions[EXTENSION] = Refusals()

    @app.before_request
    def identify() -> None:
        header = request.headers.get("Authorization", "")
        # A proxy in front of us may have asked for a password; that is nothing of ours. Tokens of
        # persons are looked at in `api.sessions`.
        if header and not header.lower().startswith(("basic ", "bearer aicatp_")):
            g.key = _checked(header)

    @app.after_request
    def keep_apart(answer: Response) -> Response:
        if "Authorization" in request.headers:
            answer.vary.add("Authorization")
            answer.headers["Cache-Control"] = "private, no-cache"
        return answer


def key_of_request() -> AccessKey | None:
    """The key that this request came with."""
    return g.get("key") if has_request_context() else None


def wanted_key() -> AccessKey:
    """The key of this request. Raises: Unauthenticated where it brings none."""
    key = key_of_request()
    if key is None:
        raise Unauthenticated("this takes a node's key: Authorization: Bearer aicat_…")
    return key


def writable(source_id: str) -> tuple[AccessKey, Source]:
    """The key of this request and the source, if the key may write to it.

    Raises: Unauthenticated, NotFound, Forbidden; the latter is audited.
    """
    key = wanted_key()
    source = catalogue().journal.source(source_id)
    if PUSH in key.scope and key.reaches(source):
        return key, source
    why = f"it may not write to source {source_id}"
    _note(f"key:{key.id}", key.id, why)
    if not readable_by(source.visibility):
        raise NotFound(f"there is no source {source_id!r}")
    raise Forbidden(f"the key {key.id} is of node {key.node}, and {why}")


def _checked(header: str) -> AccessKey:
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() != SCHEME:
            raise Unauthenticated("use Authorization: Bearer and a node's key")
        return catalogue().journal.keys.check(token.strip())
    except Unauthenticated as error:
        _note(f"address:{request.remote_addr or 'unknown'}", error.key or "unknown", str(error))
        raise


def _note(who: str, key: str, why: str) -> None:
    """Note a refusal; what was sent as a key is never part of it."""
    from flask import current_app

    refusals: Refusals = current_app.extensions[EXTENSION]
    passed = refusals.take(time.time())
    if passed is None:
        return
    details = {"why": why, "method": request.method, "path": request.path[:200]}
    if passed:
        details["more_before"] = str(passed)
    try:
        catalogue().journal.audit.record(who, "key.refused", key, details)
    except StorageFull:  # it is refused all the same
        return
