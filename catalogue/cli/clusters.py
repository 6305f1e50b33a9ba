"""Records that are one thing: `aicat cluster`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from catalogue.bootstrap import open_journal
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.dedupe.following import STEP
from catalogue.dedupe.telling import cluster_json, pair_json, titles_of
from catalogue.ports import Cluster, ComparedPair, Decision, Journal
from catalogue.settings import load


@click.group()
def cluster() -> None:
    """Records of several sources that are one thing: what was found, and what stewards say."""


@cluster.command("list")
@click.option("--review", is_flag=True, help="Pairs in doubt that a steward should look at.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@click.option("--after", default="", help="Begin behind this cluster.")
@json_option
def cluster_list(review: bool, limit: int, after: str, as_json: bool) -> None:
    """The clusters with their records, by id; with --review the pairs in doubt."""
    with open_journal(load()) as journal:
        if review:
            _show_pairs(journal.clusters.to_review(limit=limit), as_json)
            return
        found = journal.clusters.clusters(after, limit)
        if as_json:
            print_list([{"id": one.id, "members": list(one.members)} for one in found])
            return
        told = titles_of(journal, [one for each in found for one in each.members])
    rows = [
        [each.id if not at else "", one, told[one].source, told[one].title]
        for each in found
        for at, one in enumerate(each.members)
        if one in told
    ]
    print_table(("cluster", "record", "source", "title"), rows)


@cluster.command("show")
@click.argument("cluster_id", metavar="ID")
@json_option
def cluster_show(cluster_id: str, as_json: bool) -> None:
    """A cluster, or that of a record: its records, and why they are together."""
    with open_journal(load()) as journal:
        found = _named(journal, cluster_id)
        if as_json:
            print_json(cluster_json(journal, found))
            return
        told = titles_of(journal, found.members)
        rows = [[one.id, one.source, one.node, one.title] for one in told.values()]
        print_table(("record", "source", "node", "title"), rows)
        _show_pairs(found.pairs, as_json=False)


@cluster.command("confirm")
@click.argument("one", metavar="RECORD")
@click.argument("other", metavar="RECORD")
@json_option
def cluster_confirm(one: str, other: str, as_json: bool) -> None:
    """Say that two records are one thing, whatever is found."""
    _decide(one, other, Decision.CONFIRMED, as_json)


@cluster.command("split")
@click.argument("one", metavar="RECORD")
@click.argument("other", metavar="RECORD")
@json_option
def cluster_split(one: str, other: str, as_json: bool) -> None:
    """Say that two records are not one thing, whatever is found."""
    _decide(one, other, Decision.SPLIT, as_json)


@cluster.command("undo")
@click.argument("one", metavar="RECORD")
@click.argument("other", metavar="RECORD")
@json_option
def cluster_undo(one: str, other: str, as_json: bool) -> None:
    """Take back what was said of two records."""
    _decide(one, other, Decision.NONE, as_json)


@cluster.command("take-out")
@click.argument("record", metavar="RECORD")
@json_option
def cluster_take_out(record: str, as_json: bool) -> None:
    """Take a record out of its cluster: it is split from all others in it."""
    with open_journal(load()) as journal:
        _show_pairs(journal.clusters.take_out(record, operator()), as_json)


@cluster.command("put-back")
@click.argument("record", metavar="RECORD")
@json_option
def cluster_put_back(record: str, as_json: bool) -> None:
    """Take back the last act that split a record from others."""
    with open_journal(load()) as journal:
        _show_pairs(journal.clusters.put_back(record, operator()), as_json)


@cluster.command("run")
@click.option("--anew", is_flag=True, help="Compare every record again; decisions are kept.")
@json_option
def cluster_run(anew: bool, as_json: bool) -> None:
    """Compare all that the journal tells now; workers do so by themselves."""
    with open_journal(load()) as journal:
        if anew:
            journal.clusters.anew()
        done = sum(_steps(journal))
        number = journal.clusters.number()
    if as_json:
        print_json({"changes": done, "clusters": number})
    else:
        say(f"{done} changes looked at; there are {number} clusters")


def _steps(journal: Journal) -> Iterator[int]:
    while number := journal.clusters.follow(STEP):
        yield number


def _named(journal: Journal, name: str) -> Cluster:
    """Raises: NotFound."""
    return journal.clusters.cluster_of(name) or journal.clusters.cluster(name)


def _decide(one: str, other: str, decision: Decision, as_json: bool) -> None:
    with open_journal(load()) as journal:
        told = journal.clusters.decide(one, other, decision, operator())
    if as_json:
        print_json(pair_json(told))
    else:
        say(f"{told.a} and {told.b} are {'together' if told.together else 'apart'}")


def _show_pairs(pairs: Sequence[ComparedPair], as_json: bool) -> None:
    if as_json:
        print_list([pair_json(one) for one in pairs])
        return
    rows = [[one.a, one.b, f"{one.points:.2f}", one.decision.value, _why(one)] for one in pairs]
    print_table(("record", "record", "points", "decision", "why"), rows)


def _why(one: ComparedPair) -> str:
    return "; ".join(f"{reason.rule}: {reason.value}" for reason in one.reasons)


COMMANDS = (cluster,)
