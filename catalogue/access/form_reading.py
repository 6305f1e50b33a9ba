"""Forms as documents: read and judged whole, told, and their digest. Pure.

A document is what TOML or JSON holds. The built-in forms and an operator's go through the same door.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from catalogue.access.fields import (
    CHOICES,
    COLUMN_TYPES,
    DEEPEST,
    FALLBACK,
    LARGEST,
    LONGEST,
    MOST_COLUMNS,
    MOST_CONDITIONS,
    MOST_FIELDS,
    MOST_FILES,
    MOST_FLAGS,
    MOST_OPTIONS,
    MOST_ROWS,
    SILENT,
    AllOf,
    AnyOf,
    Applies,
    Column,
    Condition,
    Field,
    FieldType,
    Flag,
    Form,
    Is,
    Not,
    Option,
    PartOf,
    Pattern,
    Texts,
)
from catalogue.access.form_showing import named
from catalogue.access.plain_text import safe, stray
from catalogue.errors import InvalidInput
from catalogue.model import SECTORS
from vocab.languages import OFFICIAL

KINDS = ("data", "compute", "service")
ACCESS = ("public", "restricted", "non-public")
MOST_FAULTS = 50  # that are told
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_FORM = {"id", "version", "title", "intro", "part", "applies", "fields", "flags"}
_FIELD = {
    "id", "type", "title", "help", "placeholder", "required", "private", "acknowledge", "max_length",
    "minimum", "maximum", "earliest", "latest", "pattern", "options", "columns", "most", "visible_when",
}  # fmt: skip
_COLUMN = {"id", "type", "title", "required", "max_length", "pattern", "options"}
# Members that only some types may have.
_ONLY: dict[str, tuple[FieldType, ...]] = {
    "placeholder": (
        FieldType.TEXT,
        FieldType.TEXTA,
        FieldType.NUMBER,
        FieldType.EMAIL,
        FieldType.TELEPHONE,
    ),
    "max_length": (FieldType.TEXT, FieldType.TEXTA, FieldType.EMAIL, FieldType.TELEPHONE),
    "minimum": (FieldType.NUMBER,),
    "maximum": (FieldType.NUMBER,),
    "earliest": (FieldType.DATE,),
    "latest": (FieldType.DATE,),
    "pattern": (FieldType.TEXT,),
    "options": CHOICES,
    "acknowledge": (FieldType.MULTI_OPTION,),
    "columns": (FieldType.TABLE,),
    "most": (FieldType.TABLE, FieldType.ATTACHMENT),
    "required": tuple(one for one in FieldType if one not in SILENT),
    "private": tuple(one for one in FieldType if one not in SILENT),
}

Made = TypeVar("Made")


def form_of(document: Any, version: int = 1) -> Form:
    """The form that a document describes, under a version number.

    Raises: InvalidInput with everything that is wrong, a line each with its place.
    """
    reader = _Reader()
    made = reader.form(document, version)
    if reader.faults:
        name = document.get("id") if isinstance(document, Mapping) else None
        called = safe(name) if isinstance(name, str) else "?"
        listed = "\n".join(reader.faults[:MOST_FAULTS])
        more = len(reader.faults) - MOST_FAULTS
        raise InvalidInput(
            f"form {called!r} cannot be used:\n{listed}"
            + (f"\nand {more} more" if more > 0 else "")
        )
    return made


def told(form: Form) -> dict[str, Any]:
    """The form as a document of JSON values; `form_of` reads it back to an equal form."""
    applies = form.applies
    asked_for = {
        "kinds": [*applies.kinds],
        "sectors": [*applies.sectors],
        "access": [*applies.access],
        "holder": applies.holder,
    }
    return _without_empty(
        {
            "id": form.id,
            "version": form.version,
            "title": dict(form.title),
            "intro": dict(form.intro),
            "part": form.part.value,
            "applies": _without_empty(asked_for),
            "fields": [_field_told(one) for one in form.fields],
            "flags": [{"id": one.id, "when": condition_told(one.when)} for one in form.flags],
        }
    )


def digest(form: Form) -> str:
    """SHA-256, in hex, of the form's content without its version number."""
    content = {name: value for name, value in told(form).items() if name != "version"}
    plain = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()


def condition_told(condition: Condition) -> dict[str, Any]:
    """A condition as a document has it."""
    if isinstance(condition, Is):
        values = condition.values
        shape = {"is": values[0]} if len(values) == 1 else {"one_of": [*values]}
        return {"field": condition.field, **shape}
    if isinstance(condition, Not):
        return {"not": condition_told(condition.condition)}
    name = "all" if isinstance(condition, AllOf) else "any"
    return {name: [condition_told(one) for one in condition.conditions]}


def _field_told(one: Field) -> dict[str, Any]:
    return _without_empty(
        {
            "id": one.id,
            "type": one.type.value,
            "title": dict(one.title),
            "help": dict(one.help),
            "placeholder": dict(one.placeholder),
            "required": one.required,
            "private": one.private,
            "acknowledge": one.acknowledge,
            "max_length": one.max_length,
            "minimum": one.minimum,
            "maximum": one.maximum,
            "earliest": one.earliest and one.earliest.isoformat(),
            "latest": one.latest and one.latest.isoformat(),
            "pattern": one.pattern and one.pattern.value,
            "options": [_option_told(option) for option in one.options],
            "columns": [_column_told(column) for column in one.columns],
            "most": one.most,
            "visible_when": one.visible_when and condition_told(one.visible_when),
        }
    )


def _column_told(one: Column) -> dict[str, Any]:
    return _without_empty(
        {
            "id": one.id,
            "type": one.type.value,
            "title": dict(one.title),
            "required": one.required,
            "max_length": one.max_length,
            "pattern": one.pattern and one.pattern.value,
            "options": [_option_told(option) for option in one.options],
        }
    )


def _option_told(one: Option) -> dict[str, Any]:
    return _without_empty({"id": one.id, "title": dict(one.title), "clause": one.clause})


def _without_empty(value: dict[str, Any]) -> dict[str, Any]:
    return {
        name: one
        for name, one in value.items()
        if one is not None and (name in {"minimum", "maximum"} or one not in (False, {}, []))
    }


class _Reader:
    """Reads a document and collects what is wrong with it; where anything is, what it gives is of no
    use."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def wrong(self, path: str, message: str) -> None:
        self.faults.append(f"{path}: {message}")

    # --- a form ------------------------------------------------------------------------------

    def form(self, document: Any, version: int) -> Form:
        whole = self.table(document, "form", _FORM)
        self.version(whole.get("version"))
        fields = self.several(whole, "fields", "form", MOST_FIELDS, self.field)
        if not fields:
            self.wrong("form.fields", "a form has at least one field")
        self.unique("form.fields", [one.id for one in fields])
        flags = self.several(whole, "flags", "form", MOST_FLAGS, self.flag)
        for place, one in enumerate(fields):
            self.known(f"form.fields[{place}].visible_when", one.visible_when, fields)
        for place, flag in enumerate(flags):
            self.known(f"form.flags[{place}].when", flag.when, fields)
        self.cycle(fields)
        return Form(
            id=self.identifier(whole, "form"),
            version=version,
            title=self.texts(whole, "title", "form", 300, needed=True),
            intro=self.texts(whole, "intro", "form", 4000),
            part=self.one_of(whole, "part", "form", PartOf) or PartOf.PURPOSE,
            fields=tuple(fields),
            applies=self.applies(whole.get("applies", {})),
            flags=tuple(flags),
        )

    def version(self, value: Any) -> None:
        if value is not None and (type(value) is not int or not 0 < value < 2**31):
            self.wrong("form.version", "a number from 1, or leave it out: the next one is given")

    def applies(self, value: Any) -> Applies:
        path = "form.applies"
        whole = self.table(value, path, {"kinds", "sectors", "access", "holder"})
        holder = whole.get("holder")
        if holder is not None and not (isinstance(holder, str) and _ID.fullmatch(holder)):
            self.wrong(f"{path}.holder", "the id of a node, or leave it out")
            holder = None
        return Applies(
            self.words(whole, "kinds", path, KINDS),
            self.words(whole, "sectors", path, SECTORS),
            self.words(whole, "access", path, ACCESS),
            holder,
        )

    def flag(self, value: Any, path: str) -> Flag:
        whole = self.table(value, path, {"id", "when"})
        when = self.condition(whole.get("when"), f"{path}.when")
        return Flag(self.identifier(whole, path), when)

    # --- a field -----------------------------------------------------------------------------

    def field(self, value: Any, path: str) -> Field:
        whole = self.table(value, path, _FIELD)
        kind = self.one_of(whole, "type", path, FieldType) or FieldType.LABEL
        for name in whole.keys() & _ONLY.keys():
            if "type" in whole and kind not in _ONLY[name]:
                self.wrong(f"{path}.{name}", f"a field of type {kind.value} has none")
        when = whole.get("visible_when")
        made = Field(
            id=self.identifier(whole, path),
            type=kind,
            title=self.texts(whole, "title", path, 1000, needed=True),
            help=self.texts(whole, "help", path, 4000),
            placeholder=self.texts(whole, "placeholder", path, 200),
            required=self.yes(whole, "required", path),
            private=self.yes(whole, "private", path),
            acknowledge=self.yes(whole, "acknowledge", path),
            max_length=self.whole(whole, "max_length", path, LONGEST.get(kind.value, 1)),
            minimum=self.number(whole, "minimum", path),
            maximum=self.number(whole, "maximum", path),
            earliest=self.day(whole, "earliest", path),
            latest=self.day(whole, "latest", path),
            pattern=self.one_of(whole, "pattern", path, Pattern, needed=False),
            options=self.options(whole, path, needed=kind in CHOICES),
            columns=self.columns(whole, path, needed=kind is FieldType.TABLE),
            most=self.whole(
                whole, "most", path, MOST_ROWS if kind is FieldType.TABLE else MOST_FILES
            ),
            visible_when=None if when is None else self.condition(when, f"{path}.visible_when"),
        )
        self.ranges(made, path)
        return made

    def ranges(self, one: Field, path: str) -> None:
        if one.minimum is not None and one.maximum is not None and one.minimum > one.maximum:
            self.wrong(path, f"minimum {one.minimum} is above maximum {one.maximum}")
        if one.earliest and one.latest and one.earliest > one.latest:
            self.wrong(path, f"earliest {one.earliest} is after latest {one.latest}")

    def options(self, whole: Mapping[str, Any], path: str, *, needed: bool) -> tuple[Option, ...]:
        found = self.several(whole, "options", path, MOST_OPTIONS, self.option)
        if needed and not found:
            self.wrong(f"{path}.options", "at least one option")
        self.unique(f"{path}.options", [one.id for one in found])
        return tuple(found)

    def option(self, value: Any, path: str) -> Option:
        whole = self.table(value, path, {"id", "title", "clause"})
        clause = whole.get("clause")
        if clause is not None and not self.is_text(clause, f"{path}.clause", 300):
            clause = None
        title = self.texts(whole, "title", path, 2000, needed=True)
        return Option(self.identifier(whole, path), title, clause)

    def columns(self, whole: Mapping[str, Any], path: str, *, needed: bool) -> tuple[Column, ...]:
        found = self.several(whole, "columns", path, MOST_COLUMNS, self.column)
        if needed and not found:
            self.wrong(f"{path}.columns", "at least one column")
        self.unique(f"{path}.columns", [one.id for one in found])
        return tuple(found)

    def column(self, value: Any, path: str) -> Column:
        whole = self.table(value, path, _COLUMN)
        kind = self.one_of(whole, "type", path, FieldType) or FieldType.TEXT
        if kind not in COLUMN_TYPES:
            self.wrong(f"{path}.type", f"a column is one of {_listed(COLUMN_TYPES)}")
        return Column(
            id=self.identifier(whole, path),
            type=kind,
            title=self.texts(whole, "title", path, 300, needed=True),
            required=self.yes(whole, "required", path),
            max_length=self.whole(whole, "max_length", path, LONGEST.get(kind.value, 1)),
            pattern=self.one_of(whole, "pattern", path, Pattern, needed=False),
            options=self.options(whole, path, needed=kind is FieldType.OPTION),
        )

    # --- conditions --------------------------------------------------------------------------

    def condition(self, value: Any, path: str, depth: int = 1) -> Condition:
        nothing = Is("", ())
        if depth > DEEPEST:
            self.wrong(path, f"a condition has at most {DEEPEST} levels")
            return nothing
        whole = self.table(value, path, {"field", "is", "one_of", "all", "any", "not"})
        names = set(whole)
        if names == {"not"}:
            return Not(self.condition(whole["not"], f"{path}.not", depth + 1))
        if names in ({"all"}, {"any"}):
            name = names.pop()
            each = self.several(
                whole,
                name,
                path,
                MOST_CONDITIONS,
                lambda one, place: self.condition(one, place, depth + 1),
            )
            if not each:
                self.wrong(f"{path}.{name}", "at least one condition")
            return AllOf(tuple(each)) if name == "all" else AnyOf(tuple(each))
        if names in ({"field", "is"}, {"field", "one_of"}):
            values = whole.get("one_of", [whole.get("is")])
            fits = isinstance(values, list) and 0 < len(values) <= MOST_OPTIONS
            if (
                fits
                and isinstance(whole["field"], str)
                and all(isinstance(one, str) for one in values)
            ):
                return Is(whole["field"], tuple(values))
        self.wrong(
            path,
            "write {field, is}, {field, one_of}, {all: [...]}, {any: [...]} or {not: {...}}",
        )
        return nothing

    def known(self, path: str, condition: Condition | None, fields: Collection[Field]) -> None:
        every = [*named(condition)]
        if len(every) > MOST_CONDITIONS:
            self.wrong(path, f"at most {MOST_CONDITIONS} conditions together")
        for one in every if condition != Is("", ()) else ():
            asked = next((at for at in fields if at.id == one.field), None)
            if asked is None or asked.type not in CHOICES:
                why = "is no field of this form" if asked is None else "is no option field"
                self.wrong(path, f"{safe(one.field)!r} {why}")
                continue
            unknown = {*one.values} - {option.id for option in asked.options}
            if unknown:
                told_ = ", ".join(safe(each) for each in sorted(unknown))
                self.wrong(path, f"{one.field!r} has no option {told_}")

    def cycle(self, fields: Collection[Field]) -> None:
        waiting = {one.id: {at.field for at in named(one.visible_when)} for one in fields}
        while free := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
            for name in free:
                del waiting[name]
        if waiting:
            round_ = ", ".join(safe(one) for one in sorted(waiting))
            self.wrong("form.fields", f"these wait for each other to be shown: {round_}")

    # --- members -----------------------------------------------------------------------------

    def table(self, value: Any, path: str, names: Collection[str]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.wrong(path, "an object is wanted here")
            return {}
        unknown = sorted(str(one) for one in value if one not in names)
        if unknown:
            self.wrong(
                path,
                f"unknown {', '.join(safe(one) for one in unknown[:5])}; there are {_listed(names)}",
            )
        return {name: one for name, one in value.items() if name in names and one is not None}

    def several(
        self,
        whole: Mapping[str, Any],
        name: str,
        path: str,
        most: int,
        read: Callable[[Any, str], Made],
    ) -> list[Made]:
        value = whole.get(name, [])
        if not isinstance(value, list | tuple):
            self.wrong(f"{path}.{name}", "a list is wanted here")
            return []
        if len(value) > most:
            self.wrong(f"{path}.{name}", f"at most {most}, not {len(value)}")
        return [read(one, f"{path}.{name}[{place}]") for place, one in enumerate(value[:most])]

    def unique(self, path: str, ids: list[str]) -> None:
        for one in sorted({name for name in ids if ids.count(name) > 1 and name}):
            self.wrong(path, f"{one!r} is there twice; each id is its own")

    def identifier(self, whole: Mapping[str, Any], path: str) -> str:
        value = whole.get("id")
        if isinstance(value, str) and _ID.fullmatch(value):
            return value
        self.wrong(f"{path}.id", "lower-case letters, digits and hyphens, at most 64")
        return ""

    def texts(
        self, whole: Mapping[str, Any], name: str, path: str, most: int, *, needed: bool = False
    ) -> Texts:
        value, place = whole.get(name), f"{path}.{name}"
        if value is None and not needed:
            return {}
        found = {FALLBACK: value} if isinstance(value, str) else value
        if not isinstance(found, Mapping) or FALLBACK not in found:
            self.wrong(place, 'a text by language, with one of "en"')
            return {}
        for language, text in found.items():
            if language not in OFFICIAL:
                self.wrong(place, f"{safe(str(language))!r} is no official language of the Union")
            self.is_text(text, f"{place}.{safe(str(language))}", most)
        return dict(found)

    def is_text(self, value: Any, path: str, most: int) -> bool:
        if not isinstance(value, str) or not value.strip():
            self.wrong(path, "a text is wanted here")
        elif len(value) > most:
            self.wrong(path, f"at most {most} characters, not {len(value)}")
        elif character := stray(value, lines=True):
            self.wrong(path, f"it holds the character {character}, which cannot be shown")
        else:
            return True
        return False

    def one_of(
        self,
        whole: Mapping[str, Any],
        name: str,
        path: str,
        kind: type[Made],
        *,
        needed: bool = True,
    ) -> Made | None:
        value = whole.get(name)
        if value is None and not needed:
            return None
        known: list[Any] = list(kind)  # type: ignore[call-overload]
        found: Made | None = next((one for one in known if value == one.value), None)
        if found is None:
            self.wrong(f"{path}.{name}", f"one of {_listed(one.value for one in known)}")
        return found

    def words(
        self, whole: Mapping[str, Any], name: str, path: str, known: Collection[str]
    ) -> tuple[str, ...]:
        value = whole.get(name, [])
        if not isinstance(value, list | tuple) or not all(one in known for one in value):
            self.wrong(f"{path}.{name}", f"a list of {_listed(known)}")
            return ()
        return tuple(dict.fromkeys(value))

    def yes(self, whole: Mapping[str, Any], name: str, path: str) -> bool:
        value = whole.get(name, False)
        if not isinstance(value, bool):
            self.wrong(f"{path}.{name}", "true or false")
        return value is True

    def whole(self, whole: Mapping[str, Any], name: str, path: str, most: int) -> int | None:
        value = whole.get(name)
        if value is not None and (type(value) is not int or not 0 < value <= most):
            self.wrong(f"{path}.{name}", f"a number from 1 to {most}")
            return None
        return value

    def number(self, whole: Mapping[str, Any], name: str, path: str) -> float | None:
        value = whole.get(name)
        if value is None:
            return None
        if type(value) not in (int, float) or not -LARGEST <= value <= LARGEST:
            self.wrong(f"{path}.{name}", f"a number between -{LARGEST} and {LARGEST}")
            return None
        return float(value)

    def day(self, whole: Mapping[str, Any], name: str, path: str) -> date | None:
        value = whole.get(name)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.wrong(f"{path}.{name}", "a day as YYYY-MM-DD")
            return None


def _listed(names: Any) -> str:
    return ", ".join(str(one) for one in sorted(names))
