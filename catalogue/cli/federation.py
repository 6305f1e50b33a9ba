"""Members of the federation and their feeds: `aicat node`, `aicat source`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import click

from catalogue.bootstrap import open_journal
from catalogue.cli.output import (
    json_option,
    minute,
    operator,
    print_json,
    print_list,
    print_table,
    say,
)
from catalogue.errors import InvalidInput
from catalogue.harvest.options import normalised
from catalogue.harvest.registry import PUSH, feed_of, harvester, kinds
from catalogue.harvest.schedule import checked
from catalogue.model import HELD_TO, PUBLIC, Node, Source, held_to
from catalogue.ports import Journal
from catalogue.settings import load
from catalogue.validate.choosing import chosen
from catalogue.validate.profiles import Profiles, named_files

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_NODE_KINDS = ("initiative", "ai-factory", "antenna", "hub")


_option = click.option("--option", "options", multiple=True, metavar="K=V", help="Repeatable.")


@click.group()
def node() -> None:
    """Members of the federation."""


@node.command("add")
@click.argument("node_id", metavar="ID")
@click.option("--name", required=True, help="Its name, as people read it.")
@click.option("--country", required=True, help="ISO 3166 alpha-2, or EU.")
@click.option("--kind", type=click.Choice(_NODE_KINDS), default="initiative")
@click.option("--homepage", help="Its own web address.")
@_option
@json_option
def node_add(
    node_id: str,
    name: str,
    country: str,
    kind: str,
    homepage: str | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add a member: a national initiative, an AI Factory or Antenna, a hub."""
    _check_id(node_id)
    added = Node(node_id, name, _country(country), kind, homepage, _held({}, options))
    with open_journal(load()) as journal:
        journal.add_node(added)
    _done(as_json, asdict(added), f"node {node_id} added")


@node.command("edit")
@click.argument("node_id", metavar="ID")
@click.option("--name", help="Its name, as people read it.")
@click.option("--country", help="ISO 3166 alpha-2, or EU.")
@click.option("--kind", type=click.Choice(_NODE_KINDS))
@click.option("--homepage", help="Its own web address; empty for none.")
@_option
@json_option
def node_edit(
    node_id: str,
    name: str | None,
    country: str | None,
    kind: str | None,
    homepage: str | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Change a member; `--option K=` takes an option away."""
    with open_journal(load()) as journal:
        before = journal.node(node_id)
        changed = replace(
            before,
            name=before.name if name is None else name,
            country=before.country if country is None else _country(country),
            kind=kind or before.kind,
            homepage=before.homepage if homepage is None else homepage or None,
            options=_held(before.options, options),
        )
        journal.edit_node(changed, operator())
    _done(as_json, asdict(changed), f"node {node_id} changed")


@node.command("list")
@json_option
def node_list(as_json: bool) -> None:
    """List the members."""
    with open_journal(load()) as journal:
        nodes = journal.nodes()
    if as_json:
        print_list([asdict(one) for one in nodes])
    else:
        columns = ("id", "name", "country", "kind")
        print_table(columns, [(one.id, one.name, one.country, one.kind) for one in nodes])


@click.group()
def source() -> None:
    """Feeds of the members."""


@source.command("add")
@click.argument("source_id", metavar="ID")
@click.option("--node", "node_id", required=True, help="The member that owns it.")
@click.option("--kind", required=True, help="The protocol.")
@click.option("--url", help="http:, https: or file: address.")
@click.option("--schedule", help="Five cron fields, UTC.")
@_option
@json_option
def source_add(
    source_id: str,
    node_id: str,
    kind: str,
    url: str | None,
    schedule: str | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add a feed."""
    _check_id(source_id)
    added = _checked(Source(source_id, node_id, kind, url, _pairs(options), schedule))
    with open_journal(load()) as journal:
        journal.add_source(added)
    _done(as_json, source_json(added), f"source {source_id} added")


@source.command("edit")
@click.argument("source_id", metavar="ID")
@click.option("--url")
@click.option("--schedule", help="Five cron fields, UTC; empty for none.")
@_option
@json_option
def source_edit(
    source_id: str,
    url: str | None,
    schedule: str | None,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Change a feed; `--option K=` takes an option away."""
    with open_journal(load()) as journal:
        before = journal.source(source_id)
        merged = {**before.options, **_pairs(options)}
        changed = replace(
            before,
            url=url if url is not None else before.url,
            schedule=(schedule or None) if schedule is not None else before.schedule,
            options={name: value for name, value in merged.items() if value},
        )
        changed = _checked(changed)
        journal.edit_source(changed)
    _done(as_json, source_json(changed), f"source {source_id} changed")


@source.command("list")
@json_option
def source_list(as_json: bool) -> None:
    """List the feeds."""
    with open_journal(load()) as journal:
        sources = journal.sources()
    if as_json:
        print_list([source_json(one) for one in sources])
    else:
        columns = ("id", "node", "kind", "url", "visibility")
        rows = [(one.id, one.node, one.kind, one.url, one.visibility) for one in sources]
        print_table(columns, rows)


@source.command("show")
@click.argument("source_id", metavar="ID")
@json_option
def source_show(source_id: str, as_json: bool) -> None:
    """Show one feed, how its records stand, and when it was harvested."""
    with open_journal(load()) as journal:
        found = journal.source(source_id)
        held = held_to(found.options, journal.node(found.node).options)
        told = {**source_json(found), "held_to": held, **_state(journal, source_id)}
    if as_json:
        print_json(told)
        return
    rows = [(name, minute(one) if isinstance(one, datetime) else one) for name, one in told.items()]
    print_table(("", ""), rows)


@source.command("remove")
@click.argument("source_id", metavar="ID")
@json_option
def source_remove(source_id: str, as_json: bool) -> None:
    """Remove a feed: its records are tombstoned and its id is free again."""
    with open_journal(load()) as journal:
        number = journal.remove_source(source_id)
    text = f"source {source_id} removed with {number} records"
    _done(as_json, {"id": source_id, "deleted": number}, text)


@source.command("preview")
@click.argument("source_id", metavar="ID")
@click.option("--limit", default=20, show_default=True, help="Records to harvest.")
@json_option
def source_preview(source_id: str, limit: int, as_json: bool) -> None:
    """Harvest the first records and store nothing."""
    from catalogue.bootstrap import guarded_client
    from catalogue.harvest.preview import preview
    from catalogue.harvest.rules import rules_in

    settings = load()
    with open_journal(settings) as journal:
        found = journal.source(source_id)
        rules = rules_in(journal, found, named_files(settings.shapes))
    rows = preview(found, rules, guarded_client(settings), limit)
    if as_json:
        print_list(rows)
        return
    print_table(("key", "type", "title"), [(r["key"], r["type"], r["title"]) for r in rows])
    say(f"{len(rows)} records read, nothing stored")


def source_json(one: Source) -> dict[str, Any]:
    """A source as JSON, with every option as it was given."""
    return {
        "id": one.id,
        "node": one.node,
        "kind": one.kind,
        "url": one.url,
        "schedule": one.schedule,
        "visibility": one.visibility,
        "options": dict(one.options),
    }


def _state(journal: Journal, source_id: str) -> dict[str, Any]:
    """How a feed stands, under the names that the web API has for it."""
    state = journal.runs.state(source_id)
    last = journal.runs.recent(source_id, limit=1)
    return {
        "next_run": state.next_at if journal.source(source_id).schedule else None,
        "last_complete": state.full_at,
        "changes_known_until": state.since,
        "date_filter_distrusted": state.distrusted_at,
        "last_run": last[0].id if last else None,
        "last_state": last[0].state.value if last else None,
        **asdict(journal.standing([source_id])[source_id]),
    }


def _checked(given: Source) -> Source:
    """The source with its visibility read from its options, and everything it says checked."""
    options = normalised(given.options)
    given = replace(given, options=options, visibility=options.get("visibility", PUBLIC))
    if given.schedule is not None:
        if given.kind == PUSH:
            raise InvalidInput("a source of kind push takes no --schedule")
        checked(given.schedule)
    if given.kind == PUSH:
        if given.url:
            raise InvalidInput("a source of kind push takes no --url")
    elif given.kind not in kinds():
        known = ", ".join([*kinds(), PUSH])
        raise InvalidInput(f"kind {given.kind!r} is not known here; there are: {known}")
    elif not given.url or not re.match(r"(https?|file):", given.url):
        raise InvalidInput("--url takes an http:, https: or file: address")
    feed_of(given, harvester(given.kind))
    _check_profiles(options.get("profiles", ""))
    return given


def _held(before: Mapping[str, str], given: tuple[str, ...]) -> dict[str, str]:
    """The options of a node with those that were given, checked; an empty one is taken away.

    Raises: InvalidInput for one that no node has, or a wrong value; as `_check_profiles`.
    """
    merged = {**before, **_pairs(given)}
    unknown = [name for name in merged if name not in HELD_TO]
    if unknown:
        raise InvalidInput(
            f"--option {', '.join(unknown)[:200]}: a node has no such option; there are:"
            f" {', '.join(HELD_TO)}. Others are of its sources."
        )
    options = normalised({name: value for name, value in merged.items() if value})
    _check_profiles(options.get("profiles", ""))
    return options


def _check_profiles(option: str) -> None:
    """Every profile that an option names is there, and its files are shapes.

    Raises: InvalidInput for a name that is none; InvalidShapes, SettingsError for a file.
    """
    named = [one.name for one in chosen(option)]
    if not named:
        return
    profiles = Profiles(named_files(load().shapes))
    unknown = [one for one in named if one not in profiles.names]
    if unknown:
        raise InvalidInput(
            f"--option profiles: {', '.join(unknown)[:200]} is no profile; there are:"
            f" {', '.join(profiles.names)}. Others are files of shapes that AICAT_SHAPES names."
        )
    for name in named:
        profiles.profile(name)


def _pairs(options: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals or not name:
            raise InvalidInput(f"--option takes NAME=VALUE, not {option!r}")
        pairs[name] = value
    return pairs


def _country(given: str) -> str:
    country = given.upper()
    if not _COUNTRY.match(country):
        raise InvalidInput(f"country {country!r} is no ISO 3166 alpha-2 code and not EU")
    return country


def _check_id(given: str) -> None:
    if not _ID.match(given):
        raise InvalidInput(
            f"id {given!r}: use small letters, digits, dot, dash and underscore, 63 at most"
        )


def _done(as_json: bool, value: dict[str, Any], text: str) -> None:
    if as_json:
        print_json(value)
    else:
        say(text)


COMMANDS = (source,)  # `node` comes with the commands for its keys
