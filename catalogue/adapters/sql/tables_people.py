"""The tables of persons, their roles, organisations, sessions and tokens.

Times are microseconds since 1970. No secret is in any of them: `hash` is the SHA-256 of what its owner
keeps.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalogue.adapters.sql.tables import metadata

# `words`: what a search for the person looks through, casefolded; persons are listed in its order.
person = Table(
    "person",
    metadata,
    Column("id", String, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("language", String),
    Column("words", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last_sign_in", BigInteger),
    UniqueConstraint("issuer", "subject"),
)
Index("person_by_words", person.c.words, person.c.id)

organisation = Table(
    "organisation",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", String, nullable=False),
    Column("kind", String, nullable=False),
)

# `scope` is a node's or an organisation's id, '' where the role has none.
person_grant = Table(
    "person_grant",
    metadata,
    Column("person", ForeignKey("person.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("scope", String, primary_key=True),
    Column("origin", String, primary_key=True),
    Column("given_by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("person_grant_by_role", person_grant.c.role, person_grant.c.scope)

# `id_token` is what the identity provider is shown at sign-out.
session = Table(
    "session",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("last_used", BigInteger, nullable=False),
    Column("agent", Text, nullable=False),
    Column("id_token", Text),
)
Index("session_by_person", session.c.person)
Index("session_by_use", session.c.last_used)

# `roles`: those that the token is good for, with commas between; null for all of the person's; `@calendar`
# for the secret of a calendar's link, which no version takes for a role.
person_token = Table(
    "person_token",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", ForeignKey("person.id"), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Text),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("last_used", BigInteger),
    Column("revoked", BigInteger),
)
Index("person_token_by_person", person_token.c.person)

# Sign-ins that wait for the identity provider, by the hash of what the browser keeps.
sign_in = Table(
    "sign_in",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("state", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("next", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)
Index("sign_in_by_time", sign_in.c.created)
