"""What a record's own doors tell of its cluster."""

from __future__ import annotations

from typing import Any

from api.context import catalogue
from catalogue.dedupe.telling import cluster_json
from catalogue.model import Change
from catalogue.ports import Decision

# Of a record that others of its cluster lead to.
_UNPAIRED: dict[str, Any] = {"score": None, "reasons": [], "decision": Decision.NONE.value}


def also_at(change: Change) -> list[dict[str, Any]]:
    """The other records of the cluster that a record is in, each with score and reasons."""
    if change.cluster is None or change.withdrawn:
        return []
    cluster = catalogue().journal.clusters.cluster_of(change.record.page_id)
    if cluster is None:
        return []
    found = cluster_json(catalogue().journal, cluster)
    mine = change.record.page_id
    pairs = {x: pair for pair in found["pairs"] if mine in pair["records"] for x in pair["records"]}
    return [
        {**member, **{name: pairs.get(member["id"], _UNPAIRED)[name] for name in _UNPAIRED}}
        for member in found["members"]
        if member["id"] != mine
    ]
