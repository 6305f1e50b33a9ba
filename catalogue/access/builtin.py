"""The forms that come with the catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from catalogue.access.fields import Form
from catalogue.access.form_reading import form_of
from catalogue.access.forms import clashes
from catalogue.errors import CatalogueError, InvalidInput


@cache
def builtin_forms() -> tuple[Form, ...]:
    """Every form of `vocab/forms`, by id, judged as an operator's is.

    Raises: CatalogueError where one cannot be used: the catalogue is not installed whole.
    """
    found: list[Form] = []
    folder = files("vocab").joinpath("forms")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        try:
            form = form_of(tomllib.loads(file.read_text(encoding="utf-8")))
        except (InvalidInput, tomllib.TOMLDecodeError) as error:
            raise CatalogueError(f"the built-in form {file.name} is damaged: {error}") from error
        if wrong := clashes(form, found):
            raise CatalogueError(f"the built-in form {file.name} is damaged: {wrong[0]}")
        found.append(form)
    return tuple(found)
