"""Scores and links: `aicat quality`, `aicat links check`, `aicat links list`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from catalogue.bootstrap import link_checker, open_journal
from catalogue.cli.output import json_option, minute, print_json, print_list, print_table, say
from catalogue.errors import NotFound
from catalogue.ports import Journal
from catalogue.quality.checking import Checked
from catalogue.quality.keeping import follow
from catalogue.quality.telling import broken_json, figures_json, gaps_json
from catalogue.settings import load
from vocab.languages import OFFICIAL

KINDS = ("all", "node", "source", "sector")
MOST = 1_000  # addresses asked by one command unless it is told otherwise
AT_ONCE = 20  # addresses of a round
SHOWN = 500  # broken links that are listed


@click.command()
@click.argument("kind", type=click.Choice(KINDS), default="all")
@click.argument("id", default="")
@click.option("--lang", type=click.Choice(OFFICIAL), default="en", show_default=True)
@json_option
def quality(kind: str, id: str, lang: str, as_json: bool) -> None:
    """How records score, and what to mend first: of all, or of one node, source or sector.

    Numbers of nodes and sectors are of public records; those of a source of all that it has.
    """
    with open_journal(load()) as journal:
        _catch_up(journal)
        found = next(iter(journal.quality.figures(kind, [id])), None)
        if found is None:
            raise NotFound(f"no record of {kind} {id!r} is scored".replace(" ''", ""))
        gaps = gaps_json(journal.quality.gaps(kind, id), found.records, lang)
    told = figures_json(found, lang=lang)
    if as_json:
        print_json({**told, "mend": gaps})
        return
    say(f"{told['records']} records, {told['points']} of {told['most']} points: {told['band']}")
    rows = [(one["label"], one["points"], one["most"]) for one in told["dimensions"]]
    print_table(("dimension", "points", "of"), rows)
    say("What to mend first:")
    columns = ("records", "points each", "mean gains", "what", "example")
    print_table(
        columns,
        [(g["records"], g["gain"], g["gain_mean"], g["how"], g["example"]) for g in gaps],
    )


@click.group()
def links() -> None:
    """The addresses that records give for their data, and which of them answer."""


@links.command("check")
@click.argument("source", nargs=-1)
@click.option("--again", is_flag=True, help="Also those that are not due yet; takes SOURCEs.")
@click.option("--most", default=MOST, show_default=True, help="Addresses to ask at most.")
@json_option
def links_check(source: Sequence[str], again: bool, most: int, as_json: bool) -> None:
    """Ask the addresses that are due, of all records or of those of the SOURCEs, now and in this process.

    Hosts are treated as politely as ever, so many addresses of one host take their time.
    """
    if again and not source:
        raise click.UsageError("--again takes the SOURCEs whose addresses are to be asked again")
    settings = load()
    with open_journal(settings) as journal:
        for one in source:
            journal.source(one)
        _catch_up(journal)
        if again:
            journal.links.hasten(source)
        checker = link_checker(settings, journal)
        done = Checked()
        while done.asked < most:
            found = checker.round(min(AT_ONCE, most - done.asked), source or None)
            if not found.asked:
                break
            done += found
        checker.close()
        _catch_up(journal)
        left = journal.links.numbers(source[0] if len(source) == 1 else None)
    if as_json:
        print_json({**asdict(done), **asdict(left)})
        return
    say(
        f"{done.asked} asked, {done.changed} say something new; {left.answering} answer,"
        f" {left.broken} do not, of {left.unknown} nothing is known, {left.due} are due"
    )


@links.command("list")
@click.argument("source", nargs=-1)
@json_option
def links_list(source: Sequence[str], as_json: bool) -> None:
    """Addresses that do not answer, of all records or of those of the SOURCEs."""
    with open_journal(load()) as journal:
        for one in source:
            journal.source(one)
        found = journal.links.broken(source or None, limit=SHOWN)
    if as_json:
        print_list([broken_json(one) for one in found])
        return
    rows = [
        (one.status or "none", one.records, one.page_id, one.source, minute(one.checked), one.url)
        for one in found
    ]
    print_table(("answer", "records", "example", "source", "asked", "address"), rows)
    if len(found) == SHOWN:
        say(f"these are the first {SHOWN}; mend them and ask again")


def _catch_up(journal: Journal) -> None:
    """Bring links and scores up to the journal."""
    while follow(journal, batches=10):
        pass


COMMANDS: tuple[click.Command, ...] = (quality, links)
