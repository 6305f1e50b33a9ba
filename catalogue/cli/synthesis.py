"""Synthetic catalogues: `aicat synth`."""

from __future__ import annotations

from typing import BinaryIO

import click

from catalogue.synth import FORMS, document


@click.command()
@click.argument("number", metavar="N", type=click.IntRange(0))
@click.option("--seed", default=1, show_default=True, help="Another seed makes other records.")
@click.option("--form", type=click.Choice(FORMS), default="ckan", show_default=True)
@click.option(
    "--first",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Number of the first record.",
)
@click.option(
    "--out", type=click.File("wb"), default="-", help="A file; standard output unless told."
)
def synth(number: int, seed: int, form: str, first: int, out: BinaryIO) -> None:
    """Write N synthetic records: multilingual, with the lengths and defects of real portals.

    The same seed and numbers give the same bytes, so a large catalogue can be written in parts. `ckan`
    is one package a line, as a source of kind ckan reads it; the other forms are one DCAT document.
    """
    out.writelines(document(form, seed, range(first, first + number)))


COMMANDS = (synth,)
