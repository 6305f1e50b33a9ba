"""What follows from decisions: `aicat outbox`, `aicat webhook`, `aicat report`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from catalogue.bootstrap import open_journal, sender, utc_now
from catalogue.cli.output import (
    json_option,
    minute,
    operator,
    print_json,
    print_list,
    print_table,
    say,
)
from catalogue.desk.reports import figures_csv, figures_json, figures_of, legs_csv, period
from catalogue.desk.telling import webhook_json
from catalogue.harvest.identity import worker_name
from catalogue.ports import Letter, Outbox, Post, Subscription
from catalogue.settings import load

_STATES = [one.value for one in Post]


@click.group()
def outbox() -> None:
    """Mails and calls of webhooks that wait to be sent, and how it went with others."""


@outbox.command("list")
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="Only those; repeatable.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@json_option
def outbox_list(state: tuple[str, ...], limit: int, as_json: bool) -> None:
    """The newest first, with why something failed."""
    with open_journal(load()) as journal:
        found, _next = journal.outbox.list([Post(one) for one in state], limit=limit)
    if as_json:
        print_list([_letter_json(one) for one in found])
        return
    columns = ("id", "channel", "kind", "to", "request", "state", "tries", "due", "why")
    print_table(columns, [_letter_row(one) for one in found])


@outbox.command("retry")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--skipped", is_flag=True, help="Those that were skipped, too.")
def outbox_retry(ids: tuple[str, ...], skipped: bool) -> None:
    """Let letters wait again: those named, else all that failed."""
    with open_journal(load()) as journal:
        number = journal.outbox.retry(ids or None, operator())
        if skipped and not ids:
            again = _ids(journal.outbox, Post.SKIPPED)
            number += journal.outbox.retry(again, operator()) if again else 0
    say(f"{number} wait again")


@outbox.command("send")
@json_option
def outbox_send(as_json: bool) -> None:
    """Send what is due now, once; a worker does it by itself."""
    settings = load()
    with open_journal(settings) as journal:
        done = sender(settings, journal, worker_name()).round()
    told = {
        "sent": done.sent,
        "postponed": done.postponed,
        "failed": done.failed,
        "skipped": done.skipped,
    }
    if as_json:
        print_json(told)
    else:
        say(", ".join(f"{number} {name}" for name, number in told.items()))


@click.group()
def webhook() -> None:
    """Addresses that are called when something happens to a holder's requests."""


@webhook.command("add")
@click.argument("holder", metavar="NODE")
@click.argument("url", metavar="URL")
@click.option("--event", "events", multiple=True, help="Only these kinds; repeatable.")
@json_option
def webhook_add(holder: str, url: str, events: tuple[str, ...], as_json: bool) -> None:
    """Print the secret that calls are signed with, once, alone on the last line."""
    with open_journal(load()) as journal:
        made = journal.outbox.webhooks.add(holder, url, events, operator())
    if as_json:
        print_json({**webhook_json(made.subscription), "secret": made.secret})
        return
    say(f"webhook {made.subscription.id} of {holder}; its secret cannot be shown again:")
    click.echo(made.secret)


@webhook.command("list")
@click.argument("holder", metavar="[NODE]", required=False)
@json_option
def webhook_list(holder: str | None, as_json: bool) -> None:
    """All, or those of one holder."""
    with open_journal(load()) as journal:
        found = journal.outbox.webhooks.of(holder)
    if as_json:
        print_list([webhook_json(one) for one in found])
        return
    columns = ("id", "holder", "url", "events", "failing since", "off since", "why")
    print_table(columns, [_webhook_row(one) for one in found])


@webhook.command("remove")
@click.argument("webhook_id", metavar="ID")
def webhook_remove(webhook_id: str) -> None:
    """Call it no more."""
    with open_journal(load()) as journal:
        journal.outbox.webhooks.remove(webhook_id, operator())
    say(f"webhook {webhook_id} is removed")


@webhook.command("test")
@click.argument("webhook_id", metavar="ID")
def webhook_test(webhook_id: str) -> int:
    """Call it now with an event of type access.test; one that was switched off is on again if it answers
    well."""
    settings = load()
    with open_journal(settings) as journal:
        letter = journal.outbox.webhooks.ping(webhook_id)
        sender(settings, journal, worker_name()).round()
        after, found = None, None
        while found is None:
            letters, after = journal.outbox.list(after=after, limit=200)
            found = next((one for one in letters if one.id == letter), None)
            if after is None:
                break
    if found is not None and found.state is Post.SENT:
        say(f"webhook {webhook_id} answered well")
        return 0
    say(f"webhook {webhook_id}: {found.why if found and found.why else 'another sender has it'}")
    return 1


@click.command()
@click.argument("holder", metavar="NODE")
@click.option(
    "--from", "start", metavar="DATE", help="First day, UTC; else a year before the last."
)
@click.option("--to", "end", metavar="DATE", help="Last day, UTC; else today.")
@click.option("--csv", "as_csv", is_flag=True, help="Figures as CSV, a line each.")
@click.option("--legs", is_flag=True, help="Each leg of a request as a line of CSV.")
@json_option
def report(
    holder: str, start: str | None, end: str | None, as_csv: bool, legs: bool, as_json: bool
) -> None:
    """What became of the requests that a holder was given in a period."""
    now = utc_now()
    span = period(start, end, now)
    with open_journal(load()) as journal:
        journal.node(holder)
        if legs:
            for line in legs_csv(journal.reports, holder, span):
                click.echo(line, nl=False)
            return
        figures = figures_of(journal.reports, holder, span, now)
    if as_csv:
        click.echo("".join(figures_csv(figures)), nl=False)
    elif as_json:
        print_json(figures_json(holder, span, figures))
    else:
        rows = figures_json(holder, span, figures)
        say(f"{rows['total']} legs from {rows['from']} to {rows['to']}; {rows['overdue']} overdue")
        print_table(("state", "number"), list(rows["states"].items()))
        steps = [tuple(one.values()) for one in rows["steps"]]
        print_table(tuple(rows["steps"][0]) if steps else (), steps)
        sectors = [tuple(one.values()) for one in rows["by_sector"]]
        print_table(("sector", "organisation", "decision", "number"), sectors)


def _ids(letters: Outbox, state: Post) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        some, after = letters.list([state], after=after, limit=500)
        found += [one.id for one in some]
        if after is None:
            return found


def _letter_json(one: Letter) -> dict[str, Any]:
    return {
        "id": one.id,
        "channel": one.channel,
        "kind": one.kind,
        "to": one.to,
        "role": one.role,
        "request": one.request or None,
        "leg": one.leg,
        "state": one.state,
        "attempts": one.attempts,
        "created": one.created,
        "due": one.due,
        "ended": one.ended,
        "why": one.why,
    }


def _letter_row(one: Letter) -> tuple[Any, ...]:
    due: datetime | None = one.due if one.state is Post.WAITING else None
    return (
        one.id,
        one.channel.value,
        one.kind,
        one.to,
        one.request,
        one.state.value,
        one.attempts,
        minute(due),
        one.why,
    )


def _webhook_row(one: Subscription) -> tuple[Any, ...]:
    kinds = ",".join(one.kinds) or "all"
    return (one.id, one.holder, one.url, kinds, minute(one.failing), minute(one.off), one.why)


COMMANDS = (outbox, webhook, report)
