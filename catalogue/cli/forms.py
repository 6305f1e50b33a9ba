"""Forms that requests for access are asked: `aicat form`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import click
import orjson

from catalogue.access.fields import in_language
from catalogue.access.forms import Form, clashes, form_of, told
from catalogue.bootstrap import open_journal
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.errors import InvalidInput
from catalogue.ports import FormVersion
from catalogue.settings import load

MOST_BYTES = 1024 * 1024  # of a file that describes a form

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group("form")
def form() -> None:
    """Forms that requests for access are asked."""


@form.command("list")
@json_option
def form_list(as_json: bool) -> None:
    """Every form, with the version in use."""
    with open_journal(load()) as journal:
        found = journal.forms.listed()
    if as_json:
        print_list([version_json(one) for one in found])
        return
    columns = ("id", "version", "from", "part", "for", "title")
    print_table(columns, [_row(one) for one in found])


@form.command("show")
@click.argument("form_id", metavar="ID")
@click.option("--version", type=click.IntRange(1, 2**31 - 1), help="Another than the one in use.")
def form_show(form_id: str, version: int | None) -> None:
    """A form as the JSON that `aicat form load` takes."""
    with open_journal(load()) as journal:
        if version is None:
            every = journal.forms.versions(form_id)
            found = next((one for one in every if one.current), every[0]).form
        else:
            found = journal.forms.get(form_id, version)
    click.echo(orjson.dumps(told(found), option=orjson.OPT_INDENT_2).decode())


@form.command("check")
@file_argument
def form_check(file: Path) -> None:
    """Judge a file (TOML or JSON) without keeping it; exit 1 where it cannot be used."""
    found = form_of(document(file))
    with open_journal(load()) as journal:
        others = [one for one in journal.forms.current() if one.id != found.id]
    if wrong := clashes(found, others):
        raise InvalidInput("\n".join(wrong))
    say(f"form {found.id} can be used: {_counted(found)}")


@form.command("load")
@file_argument
@json_option
def form_load(file: Path, as_json: bool) -> None:
    """Keep a file (TOML or JSON) as the next version of its form, and use it from now on."""
    with open_journal(load()) as journal:
        kept = journal.forms.add(document(file), operator())
    if as_json:
        print_json(version_json(kept))
    else:
        say(f"form {kept.form.id} is in use in version {kept.form.version}: {_counted(kept.form)}")


@form.command("retire")
@click.argument("form_id", metavar="ID")
def form_retire(form_id: str) -> None:
    """Put what was loaded of a form out of use, else what came with the catalogue."""
    with open_journal(load()) as journal:
        left = journal.forms.retire(form_id, operator())
    if left is None:
        say(f"form {form_id} is out of use; requests that were asked it keep it")
    else:
        say(f"form {form_id} is in use again as it came with the catalogue: {left.form.version}")


def document(file: Path) -> Any:
    """What a file of TOML or JSON holds. Raises: InvalidInput."""
    if file.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{file}: over {MOST_BYTES} bytes; a form is shorter")
    body = file.read_bytes()
    try:
        if file.suffix.lower() == ".json":
            return orjson.loads(body)
        return tomllib.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{file}: this cannot be read: {error}") from error


def version_json(one: FormVersion) -> dict[str, Any]:
    """A version as JSON, without its fields."""
    content = told(one.form)
    return {
        "id": one.form.id,
        "version": one.form.version,
        "title": content["title"],
        "part": content["part"],
        "applies": content.get("applies", {}),
        "fields": len(one.form.fields),
        "built_in": one.built_in,
        "current": one.current,
        "digest": one.digest,
        "by": one.by,
        "at": one.at,
        "retired": one.retired,
    }


def _row(one: FormVersion) -> list[Any]:
    applies = one.form.applies
    wanted = [*applies.kinds, *applies.sectors, *applies.access]
    whom = ", ".join([*wanted, applies.holder] if applies.holder else wanted) or "everything"
    origin = "the catalogue" if one.built_in else one.by
    title = in_language(one.form.title, "en")
    number = one.form.version if one.current else f"{one.form.version} (retired)"
    return [one.form.id, number, origin, one.form.part.value, whom, title]


def _counted(one: Form) -> str:
    asked = sum(field.asks for field in one.fields)
    return f"{asked} question{'' if asked == 1 else 's'}, {len(one.flags)} flags"


COMMANDS = (form,)
