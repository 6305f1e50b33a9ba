"""Clusters and pairs as JSON, and what people see of their records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalogue.harvest.preview import title_of
from catalogue.ports import Cluster, ComparedPair, Journal


@dataclass(frozen=True, slots=True)
class Member:
    """A record in a cluster as it is told."""

    id: str
    title: str
    source: str
    node: str
    iri: str


def titles_of(journal: Journal, page_ids: Sequence[str]) -> dict[str, Member]:
    """Those of the records that are public still, by page id."""
    return {
        one.record.page_id: Member(
            one.record.page_id,
            title_of((one.graph or b"").decode(), one.record.iri) or one.record.iri,
            one.record.source,
            one.record.node,
            one.record.iri,
        )
        for one in journal.current_many(page_ids)
        if one.public
    }


def cluster_json(journal: Journal, one: Cluster) -> dict[str, Any]:
    """A cluster with what is told of its records, and its pairs with points and reasons."""
    members = [asdict(told) for told in titles_of(journal, one.members).values()]
    return {"id": one.id, "members": members, "pairs": [pair_json(pair) for pair in one.pairs]}


def pair_json(one: ComparedPair) -> dict[str, Any]:
    """A pair with its points, reasons and what a steward said of it."""
    return {
        "records": [one.a, one.b],
        "score": one.points,
        "reasons": [
            {"rule": reason.rule, "value": reason.value, "weight": reason.weight}
            for reason in one.reasons
        ],
        "together": one.together,
        "decision": one.decision.value,
        "decided_by": one.who,
        "decided": one.at.isoformat() if one.at else None,
        "version": one.version,
    }
