"""What commands print: JSON for programs, tables and lines for people."""

from __future__ import annotations

import getpass
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click
import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from catalogue.model import Run

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    click.echo(orjson.dumps(value).decode())


def print_list(items: Sequence[Any]) -> None:
    """A list in the shape that every list of the web API has."""
    print_json({"total": len(items), "items": list(items), "next": None})


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on a terminal; tab-separated lines where the output goes to a program."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join("" if cell is None else plain(str(cell)) for cell in row))
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*("" if cell is None else escape(plain(str(cell))) for cell in row))
    Console().print(table)


def say(text: str) -> None:
    """A word to the person, beside the data."""
    click.echo(plain(text, keep="\n\t"), err=True)


def summary(run: Run) -> str:
    """How a run went, in a line."""
    counts = run.counts
    names = ("created", "updated", "unchanged", "deleted", "quarantined", "failed", "missing")
    parts = [f"{getattr(counts, name)} {name}" for name in names if getattr(counts, name)]
    text = f"{run.state.value}: {', '.join(parts) or 'no records'}"
    if run.findings:
        text += f"; {run.findings} finding{'' if run.findings == 1 else 's'}"
    return f"{text}; {run.error}" if run.error else text


def operator() -> str:
    """Who uses the command line, as the audit log names them."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):  # a user without a name
        return "operator"


def plain(text: str, keep: str = "") -> str:
    """The text without control and direction characters, which could act on a terminal."""
    return "".join(
        char if char in keep or unicodedata.category(char) not in {"Cc", "Cf", "Cs"} else " "
        for char in text
    )
