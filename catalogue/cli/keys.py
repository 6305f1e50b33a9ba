"""Keys of nodes: `aicat node key`, `keys`, `revoke`."""

from __future__ import annotations

from typing import Any

import click

from catalogue.bootstrap import open_journal
from catalogue.cli.federation import node
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.model import AccessKey
from catalogue.settings import load


@node.command("key")
@click.argument("node_id", metavar="ID")
@click.option("--sources", default="", metavar="A,B", help="Only these sources of the node.")
@click.option("--expires", type=click.IntRange(1, 3650), metavar="DAYS", help="Good for so long.")
@json_option
def node_key(node_id: str, sources: str, expires: int | None, as_json: bool) -> None:
    """Print a new key, once, alone on the last line; only its hash is kept."""
    wanted = [one.strip() for one in sources.split(",") if one.strip()]
    with open_journal(load()) as journal:
        made = journal.keys.create(node_id, operator(), sources=wanted, days=expires)
    for one in made.revoked:
        say(f"key {one} was revoked: two are valid at once")
    if as_json:
        print_json({**key_json(made.key), "key": made.token, "revoked_keys": list(made.revoked)})
        return
    until = f"until {made.key.expires:%Y-%m-%d}" if made.key.expires else "until it is revoked"
    say(f"key {made.key.id} of node {node_id}, good {until}; it cannot be shown again:")
    click.echo(made.token)


@node.command("keys")
@click.argument("node_id", metavar="ID")
@json_option
def node_keys(node_id: str, as_json: bool) -> None:
    """The keys of a member, without their secrets."""
    with open_journal(load()) as journal:
        found = [key_json(one) for one in journal.keys.of(node_id)]
    if as_json:
        print_list(found)
        return
    columns = ("id", "sources", "created", "expires", "last_used", "revoked")
    print_table(columns, [[_cell(one[name]) for name in columns] for one in found])


@node.command("revoke")
@click.argument("key_id", metavar="KEYID")
@json_option
def node_revoke(key_id: str, as_json: bool) -> None:
    """Let a key open nothing from now on."""
    with open_journal(load()) as journal:
        revoked = journal.keys.revoke(key_id, operator())
    if as_json:
        print_json(key_json(revoked))
    else:
        say(f"key {key_id} of node {revoked.node} is revoked")


def key_json(key: AccessKey) -> dict[str, Any]:
    """A key as JSON, without its secret."""
    return {
        "id": key.id,
        "node": key.node,
        "scope": list(key.scope),
        "sources": list(key.sources),
        "created": key.created,
        "expires": key.expires,
        "last_used": key.last_used,
        "revoked": key.revoked,
    }


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        return ",".join(value) or "all"
    return f"{value:%Y-%m-%d %H:%M}" if value is not None and not isinstance(value, str) else value


COMMANDS = (node,)
