"""`aicat validate`: what is wrong with a document, by profiles."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from catalogue.bootstrap import guarded_client
from catalogue.cli.output import json_option, print_json, print_table, say
from catalogue.errors import InvalidInput
from catalogue.harvest.checking import LARGEST, Checkers, Document, for_documents
from catalogue.rdf.formats import BY_SUFFIX, media_type_of
from catalogue.rdf.serialize import MEDIA_TYPES, serialize
from catalogue.settings import Settings, load
from catalogue.validate.documents import Validated
from catalogue.validate.names import SH
from catalogue.validate.profiles import DEFAULT, named_files
from vocab.languages import OFFICIAL
from vocab.namespaces import PREFIXES


@click.command()
@click.argument("document", metavar="FILE-OR-URL")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="A profile's name, or name=path of a file of shapes; repeatable.",
)
@click.option("--report", type=click.Choice(list(MEDIA_TYPES)), help="Print SHACL's own report.")
@click.option("--lang", type=click.Choice(OFFICIAL), default="en", show_default=True)
@json_option
def validate(
    document: str, profiles: tuple[str, ...], report: str | None, lang: str, as_json: bool
) -> int:
    """Say what is wrong with the records of a document (`-`: of the standard input); exit 1 where a rule is
    violated, or a part of it cannot be read."""
    settings = load()
    names = [one.partition("=")[0].strip() for one in profiles or (DEFAULT,)]
    for one in names:
        if one.endswith(tuple(BY_SUFFIX)):
            raise InvalidInput(f"{one}: write NAME={one}, so that its findings bear a name")
    files = named_files(settings.shapes, [one for one in profiles if "=" in one])
    checkers = Checkers(files, number=1)
    try:
        found = checkers.validate(_read(document, settings), names, lang)
    finally:
        checkers.close()
    if report:
        prefixes = {**PREFIXES, "sh": SH}
        click.echo(serialize(sorted(found.report), report, prefixes=prefixes).decode())
    elif as_json:
        print_json([one.as_json() for one in found.findings])
    else:
        _show(found)
    _notices(found)
    return 1 if found.violated else 0


def _read(document: str, settings: Settings) -> Document:
    """The document at an address, in a file, or of the standard input: a person at this machine names what
    they can read."""
    if document == "-":
        return Document(sys.stdin.buffer.read(LARGEST + 1))
    scheme = urlsplit(document).scheme
    if scheme in {"http", "https"}:
        answer = guarded_client(for_documents(settings)).get(document)
        return Document(answer.body, answer.media_type, answer.charset, answer.url)
    path = Path(unquote(urlsplit(document).path) if scheme == "file" else document)
    try:
        with path.open("rb") as stream:
            body = stream.read(LARGEST + 1)
    except OSError as error:
        raise InvalidInput(f"{document}: {error.strerror or error}") from error
    return Document(body, media_type_of(path.name), base=path.absolute().as_uri())


def _show(found: Validated) -> None:
    columns = ("severity", "profile", "record", "path", "value", "message")
    print_table(
        columns,
        [
            (one.severity, one.profile, one.record, one.path, one.value, one.message)
            for one in found.findings
        ],
    )


def _notices(found: Validated) -> None:
    """What reading met, and how much was read and found: beside the findings, whatever their form."""
    for word in (*found.shapes, *found.reading):
        place = f" ({word.place})" if word.place else ""
        say(f"{word.severity.value}: {word.rule}: {word.message}{place}")
    number = len(found.findings)
    say(
        f"{found.records} record{'' if found.records == 1 else 's'}, "
        f"{number} finding{'' if number == 1 else 's'}"
    )


COMMANDS = (validate,)
