"""The tables of what waits to be sent, of webhooks, and of what reports are made from.

Times are microseconds since 1970, durations microseconds.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from catalogue.adapters.sql.tables import metadata

# `target`: a person's or a subscription's id; `role`: by which the person is told. Nothing of what is
# told but ids and states: texts are made when it is sent.
outbox = Table(
    "outbox",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("target", String, nullable=False),
    Column("role", String),
    Column("kind", String, nullable=False),
    Column("request", String, nullable=False),
    Column("leg", String),
    Column("version", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("sender", String),
    Column("lease_until", BigInteger),
    Column("ended", BigInteger),
    Column("why", Text, nullable=False),
)
Index("outbox_by_due", outbox.c.state, outbox.c.due, outbox.c.id)
Index("outbox_by_channel", outbox.c.channel, outbox.c.state)

# `secret` signs what is sent, so it is kept as it is; no door tells it. `kinds`: with commas between.
webhook = Table(
    "webhook",
    metadata,
    Column("id", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", String, nullable=False),
    Column("kinds", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("failing", BigInteger),
    Column("off", BigInteger),
    Column("why", Text, nullable=False),
)
Index("webhook_by_holder", webhook.c.holder, webhook.c.created)

# --- derived from the events of requests, like those of `tables_access` -----------------------------------

# How long a leg was in each step; `left_at` is null while it is in it or will come back to it.
access_step = Table(
    "access_step",
    metadata,
    Column("request", String, primary_key=True),
    Column("leg", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("entered", BigInteger, nullable=False),
    Column("left_at", BigInteger),
    Column("clock", BigInteger, nullable=False),
    Column("elapsed", BigInteger, nullable=False),
)
# Wide enough that a report reads the index and nothing else.
Index(
    "access_step_by_holder",
    access_step.c.holder,
    access_step.c.submitted,
    access_step.c.step,
    access_step.c.left_at,
    access_step.c.clock,
    access_step.c.elapsed,
)

# What was decided on a leg that its holder was given; '' before there is a decision.
access_outcome = Table(
    "access_outcome",
    metadata,
    Column("request", String, primary_key=True),
    Column("leg", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("submitted", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("due", BigInteger),
    Column("organisation", String),
    Column("sectors", Text, nullable=False),
    Column("decision", String, nullable=False),
    Column("decided", BigInteger),
)
Index(
    "access_outcome_by_holder",
    access_outcome.c.holder,
    access_outcome.c.submitted,
    access_outcome.c.request,
    access_outcome.c.leg,
)
