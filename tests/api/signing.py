"""Signing in, for tests of the web: a real session, as the sign-in pages make it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient

from api.sessions import SESSION
from catalogue.people import LOCAL, Grant, Identity, Person
from catalogue.ports import Journal

TESTS = "operator:tests"


def person(journal: Journal, subject: str, *grants: Grant, issuer: str = LOCAL) -> Person:
    """A person of a made-up name with these roles."""
    known = Identity(issuer, subject, f"{subject.title()} (fictional)")
    made = journal.people.admit(known, (), datetime.now(UTC))
    for grant in grants:
        made = journal.people.grant(made.id, grant, TESTS)
    return made


def sign_in(client: FlaskClient, journal: Journal, person_id: str, **more: Any) -> str:
    """Put a session's cookie into the client; returns what the cookie holds. The application must serve
    by https, as its settings say, or `secure=False` be given."""
    secure = more.pop("secure", True)
    token = journal.people.open_session(person_id, datetime.now(UTC), **more).token
    name = f"__Host-{SESSION}" if secure else SESSION
    client.set_cookie(name, token, secure=secure, httponly=True, samesite="Lax")
    return token


def csrf_of(client: FlaskClient) -> str:
    """What the session of the client must send with changes."""
    told = client.get("/api/v1/me", base_url="https://localhost").get_json()
    return str(told["csrf"])
