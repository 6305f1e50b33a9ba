"""Who asks: the key of a node (`Authorization: Bearer …`) or an address, each within its limit."""

from __future__ import annotations

import threading

from flask import Flask, Response, current_app, g, has_request_context, request

from api.context import catalogue, readable_by
from api.limits import Limits, bucket_of
from catalogue.errors import Forbidden, NotFound, StorageFull, Unauthenticated
from catalogue.model import AccessKey, Source

PUSH = "push"
NOTED = 60  # refusals a minute that the audit log names one by one
SCHEME = "bearer"
REFUSED = "key.refused"  # as the audit log calls it
EXTENSION, LIMITS = "aicat-refusals", "aicat-limits"
NOBODY = ("/livez", "/readyz", "/metrics", "/static/")  # the same for all: no key, no limit


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


def install(app: Flask, rate: int) -> None:
    """Look at the key of every request that brings one; let each key and each address ask `rate`
    times a minute, where it is not 0."""
    app.extensions[EXTENSION] = Refusals()
    app.extensions[LIMITS] = Limits(rate)

    @app.before_request
    def identify() -> None:
        if request.path.startswith(NOBODY):
            return
        header = request.headers.get("Authorization", "")
        # A proxy in front of us may have asked for a password; that is nothing of ours. Tokens of
        # persons are looked at in `api.sessions`.
        if header and not header.lower().startswith(("basic ", "bearer aicatp_")):
            g.key = _checked(header)
        else:
            _limits().let_in(bucket_of(request.remote_addr))

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
    note_refusal(f"key:{key.id}", REFUSED, key.id, why)
    if not readable_by(source.visibility):
        raise NotFound(f"there is no source {source_id!r}")
    raise Forbidden(f"the key {key.id} is of node {key.node}, and {why}")


def not_for(key: AccessKey, why: str) -> Forbidden:
    """The error where a good key may not do something, which is audited."""
    note_refusal(f"key:{key.id}", REFUSED, key.id, why)
    return Forbidden(f"the key {key.id} is of node {key.node}, and {why}")


def _checked(header: str) -> AccessKey:
    scheme, _, token = header.partition(" ")
    address = bucket_of(request.remote_addr)
    try:
        if scheme.lower() != SCHEME:
            _limits().let_in(address)
            raise Unauthenticated("use Authorization: Bearer and a node's key")
        return _limits().key(token.strip(), address, catalogue().journal.keys.check)
    except Unauthenticated as error:
        who = f"address:{request.remote_addr or 'unknown'}"
        note_refusal(who, REFUSED, error.key or "unknown", str(error))
        raise


def _limits() -> Limits:
    found: Limits = current_app.extensions[LIMITS]
    return found


def note_refusal(who: str, act: str, subject: str, why: str, path: str | None = None) -> None:
    """Note a refusal, unless a flood of them is passed over; nothing that was sent as a secret is told:
    where the address itself holds one, `path` is what to note instead."""
    refusals: Refusals = current_app.extensions[EXTENSION]
    passed = refusals.take(catalogue().clock().timestamp())
    if passed is None:
        return
    details = {"why": why, "method": request.method, "path": (path or request.path)[:200]}
    if passed:
        details["more_before"] = str(passed)
    try:
        catalogue().journal.audit.record(who, act, subject, details)
    except StorageFull:  # it is refused all the same
        return
