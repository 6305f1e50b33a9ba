"""Clusters in the index: beside the documents of its records a cluster has one of its own.

Who searches with `collapse=cluster` sees one hit for each cluster and one for each record that is alone;
totals, facets and pages follow by themselves, as it is a matter of who may see a document: the audience
`COLLAPSED` stands for the public then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import orjson

from catalogue.model import PUBLIC, Change
from catalogue.project.describe import Description
from catalogue.search.documents import START, Document, document
from catalogue.search.query import And, Not, Terms

COLLAPSED = "public-collapsed"  # public, each cluster once
CLUSTER_HASH = "cluster"  # in the place of a record's hash
OF_CLUSTERS = And((Terms("audience", (COLLAPSED,)), Not(Terms("audience", (PUBLIC,)))))
"""The documents that are of clusters."""

Members = Callable[[Sequence[str]], dict[str, list[Change]]]
"""The public, live records of each of the clusters; those without any are left out."""


def no_members(_ids: Sequence[str]) -> dict[str, list[Change]]:
    """There are no clusters."""
    return {}


def record_document(change: Change, one: Description) -> Document:
    """The document of one record: of a public one in a cluster, for who wants every record only."""
    made = document(change, one)
    if PUBLIC in made.audiences and change.cluster is None:
        return replace(made, audiences=(*made.audiences, COLLAPSED))
    return made


def cluster_document(cluster_id: str, members: Sequence[tuple[Change, Description]]) -> Document:
    """The document of a cluster: it is found by what any of its records says, and shows the one that is
    described best, with the sources of all."""
    ordered = sorted(members, key=lambda one: _rank(*one))
    made = [document(change, one) for change, one in ordered]
    first = made[0]
    item = {
        **orjson.loads(first.item),
        "cluster": cluster_id,
        "sources": [
            {"id": one.id, "source": one.source, "node": one.node, "title": one.title}
            for _change, one in ordered
        ],
    }
    return replace(
        first,
        id=cluster_id,
        hash=CLUSTER_HASH,
        audiences=(COLLAPSED,),
        texts={name: _joined([one.texts[name] for one in made]) for name in first.texts},
        keywords={
            name: list(dict.fromkeys(value for one in made for value in one.keywords.get(name, ())))
            for name in dict.fromkeys(name for one in made for name in one.keywords)
        },
        box=next((one.box for one in made if one.box is not None), None),
        heads=(),
        item=orjson.dumps(item),
    )


def seen_by(audiences: tuple[str, ...], *, collapsed: bool) -> tuple[str, ...]:
    """The audiences to search for."""
    if not collapsed:
        return audiences
    return tuple(COLLAPSED if one == PUBLIC else one for one in audiences)


def _joined(texts: Sequence[Sequence[str]]) -> list[str]:
    """All tokens; `START` stands between, so that no phrase reaches from one record into the next."""
    different = dict.fromkeys(tuple(one) for one in texts)
    longer = [one for one in different if len(one) > 1]
    return [token for one in longer or [(START,)] for token in one]


def _rank(change: Change, one: Description) -> tuple[int, int, str, str]:
    """The best described first: by points, by how much is told, then who was here first."""
    told = len(one.distributions) + len(one.keywords) + len(one.description)
    return -(one.quality or 0), -told, change.record.first_seen.isoformat(), one.id


def differences(indexed: dict[str, str], live: Iterable[Change]) -> list[str]:
    """Where an index, given as hashes by id, differs from the journal's live records, twenty at most."""
    faults = []
    clusters = {one for one, told in indexed.items() if told == CLUSTER_HASH}
    wanted: set[str] = set()
    for change in live:
        found = indexed.pop(change.record.page_id, None)
        if change.cluster is not None and change.public:
            wanted.add(change.cluster)
        if found != change.record.content_hash.hex():
            what = "is not in the index" if found is None else "is indexed in another version"
            faults.append(f"record {change.record.page_id} {what}")
    faults += [f"cluster {one} is not in the index" for one in sorted(wanted - clusters)]
    faults += [f"record {one} is in the index only" for one in indexed if one not in wanted]
    return faults[:20]
