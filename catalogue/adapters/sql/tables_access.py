"""The tables of requests for access: their events, and rows derived from them so that lists are quick.

Times are microseconds since 1970. What is derived can be made anew from `access_event` at any time.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from catalogue.adapters.sql.tables import Key, metadata

# The events themselves: append-only. `seq` counts all of them without a gap, `version` those of a
# request. A holder is named by its node's id without a foreign key: requests outlive members.
access_event = Table(
    "access_event",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("request", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("who", String, nullable=False),
    Column("part", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("leg", String),
    Column("data", Text, nullable=False),
    UniqueConstraint("request", "version"),
)

# --- derived from the events --------------------------------------------------------------------------

access_request = Table(
    "access_request",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("applicant", String, nullable=False),
    Column("organisation", String),
    Column("title", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("legs", Integer, nullable=False),
    Column("resources", Integer, nullable=False),
)
Index("access_request_by_change", access_request.c.changed, access_request.c.id)
Index("access_request_by_state", access_request.c.state, access_request.c.changed)

# Whose list a request is in: `reader` is "person:" or "organisation:" and an id. `changed` is the
# request's, so that a list is read in its order.
access_reader = Table(
    "access_reader",
    metadata,
    Column("request", String, primary_key=True),
    Column("reader", String, primary_key=True),
    Column("changed", BigInteger, nullable=False),
)
Index(
    "access_reader_by_change",
    access_reader.c.reader,
    access_reader.c.changed,
    access_reader.c.request,
)

# `place`: where the leg comes in its holder's list, which is when its step is due; `listed`: it was
# submitted, so that its holder knows of it; `open`: it has not ended; `clock`: when it is next over by
# itself, because its entitlements end or its step becomes overdue.
access_leg = Table(
    "access_leg",
    metadata,
    Column("request", String, primary_key=True),
    Column("leg", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("workflow", String, nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("applicant", String, nullable=False),
    Column("organisation", String),
    Column("title", Text, nullable=False),
    Column("submitted", BigInteger),
    Column("changed", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("due", BigInteger),
    Column("ends", BigInteger),
    Column("assigned", String),
    Column("sectors", Text, nullable=False),
    Column("resources", Integer, nullable=False),
    Column("place", BigInteger, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("clock", BigInteger),
)
_PLACE = (access_leg.c.place, access_leg.c.request, access_leg.c.leg)
# `listed` comes last, so that counting needs nothing but the index.
Index("access_leg_by_holder", access_leg.c.holder, *_PLACE, access_leg.c.listed)
Index("access_leg_by_state", access_leg.c.state, *_PLACE, access_leg.c.listed)
Index("access_leg_by_place", *_PLACE, access_leg.c.listed)
Index("access_leg_by_clock", access_leg.c.clock)
Index("access_leg_by_standing", access_leg.c.holder, access_leg.c.state, access_leg.c.listed)

# What legs ask for that have not ended.
access_asked = Table(
    "access_asked",
    metadata,
    Column("page_id", String, primary_key=True),
    Column("request", String, primary_key=True),
    Column("leg", String, primary_key=True),
)
Index("access_asked_by_request", access_asked.c.request)

entitlement = Table(
    "entitlement",
    metadata,
    Column("id", String, primary_key=True),
    Column("request", String, nullable=False),
    Column("leg", String, nullable=False),
    Column("holder", String, nullable=False),
    Column("person", String, nullable=False),
    Column("organisation", String),
    Column("page_id", String, nullable=False),
    Column("iri", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("conditions", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("ended", BigInteger),
    Column("reason", Text, nullable=False),
)
for _name in ("person", "organisation", "holder", "page_id"):
    Index(
        f"entitlement_by_{_name}",
        entitlement.c[_name],
        entitlement.c.starts,
        entitlement.c.id,
    )
Index("entitlement_by_request", entitlement.c.request)
Index("entitlement_by_start", entitlement.c.starts, entitlement.c.id)

# --- beside the events ----------------------------------------------------------------------------------

# Commands that have an id, so that each has one effect.
access_command = Table(
    "access_command",
    metadata,
    Column("who", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("request", String, nullable=False),
    Column("version", Integer, nullable=False),
)

# Bytes of attachments, for as long as somebody was given them or may still hand them in.
access_attachment = Table(
    "access_attachment",
    metadata,
    Column("request", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# How holders decide: each version as JSON (`catalogue.access.workflow.to_json`).
workflow = Table(
    "workflow",
    metadata,
    Column("holder", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("body", Text, nullable=False),
)

# Nodes that let another one decide on what they describe.
access_holder = Table(
    "access_holder",
    metadata,
    Column("node", String, primary_key=True),
    Column("holder", String, nullable=False),
)
