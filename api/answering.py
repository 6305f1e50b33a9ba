"""Between forms and HTML: what a page shows of forms, and the answers in what it sends back.

Inputs are named after what they answer: `a.FIELD`, `a.FIELD.ROW.COLUMN` in a table (rows from 0, and
`a.FIELD.rows` for how many were shown), `a.FIELD.kept` for a file that stays. `more` names a table that
wants further rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from catalogue.access.fields import (
    LONGEST,
    MOST_ROWS,
    USUAL,
    Column,
    Condition,
    Field,
    FieldType,
    Form,
    Is,
    Not,
    in_language,
)
from catalogue.access.form_checking import USUAL_ROWS
from catalogue.access.form_showing import named
from catalogue.access.forms import Fault, questions, visible

EMPTY_ROWS = 2  # shown behind those that are filled
RADIOS = 7  # options up to which all are shown at once
MORE = "more"
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}([.,][0-9]{1,10})?")


@dataclass(frozen=True, slots=True)
class ShownOption:
    id: str
    title: str
    clause: str | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownColumn:
    id: str
    type: str
    title: str
    required: bool
    max_length: int | None
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field as the page needs it, in the reader's language. `controls`: other fields hang on it."""

    id: str
    name: str
    type: str
    title: str
    help: str
    placeholder: str
    required: bool
    private: bool
    value: str
    options: tuple[ShownOption, ...]
    radios: bool
    columns: tuple[ShownColumn, ...]
    rows: tuple[dict[str, str], ...]
    may_grow: bool
    files: tuple[tuple[str, str], ...]
    max_length: int | None
    least: str
    most: str
    faults: tuple[str, ...]
    controls: bool
    condition: str

    @property
    def described_by(self) -> str:
        """The ids of what describes the input, for `aria-describedby`."""
        told = [("help", self.help), ("fault", self.faults)]
        return " ".join(f"{self.name}-{name}" for name, there in told if there)


@dataclass(frozen=True, slots=True)
class ShownForm:
    id: str
    version: int
    title: str
    intro: str
    fields: tuple[ShownField, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Forms as a page shows them. `summary`: what is wrong, each with the field to go to, or None."""

    forms: tuple[ShownForm, ...]
    summary: tuple[tuple[str | None, str, str], ...]
    lang: str
    texts: Mapping[str, str] = field(default_factory=dict)


def shown(
    forms: Sequence[Form],
    answers: Mapping[str, Any],
    faults: Sequence[Fault] = (),
    lang: str = "en",
    files: Mapping[str, str] | None = None,
    *,
    more: Iterable[str] = (),
    every: bool = False,
) -> Shown:
    """What a page shows. A question of several forms stands in the first of them. `files`: the names of
    attachments by id; `more`: tables that get further empty rows; `every`: hidden fields too, each with
    its condition in words.
    """
    showing = _Showing(answers, faults, lang, files or {}, set(more), every)
    seen: set[str] = set()
    asked = {one.id: one for one in questions(forms)}
    made = []
    for form in forms:
        in_view = visible((form,), answers)
        controls = {at.field for one in form.fields for at in named(one.visible_when)}
        fields = []
        for one in form.fields:
            if one.id not in seen and (every or one.id in in_view):
                seen.add(one.id)
                fields.append(showing.field(form, asked.get(one.id, one), one.id in controls))
        title, intro = in_language(form.title, lang), in_language(form.intro, lang)
        made.append(ShownForm(form.id, form.version, title, intro, tuple(fields)))
    titles = {one.id: one.title for form in made for one in form.fields}
    summary = tuple(
        (
            f"a.{one.field}" if one.field in titles else None,
            titles.get(one.field, one.field),
            one.message,
        )
        for one in faults
    )
    return Shown(tuple(made), summary, lang)


def answers_of(forms: Sequence[Form], sent: MultiDict[str, str]) -> dict[str, Any]:
    """The answers that a posted page holds, in the shapes that `check` wants; what cannot be brought into
    shape stays as it was typed, for `check` to tell. Fields that the page did not show are left out."""
    found: dict[str, Any] = {}
    for one in questions(forms):
        value = _answer(one, sent)
        if value is not None:
            found[one.id] = value
    return found


def uploads_of(
    forms: Sequence[Form], sent: MultiDict[str, FileStorage]
) -> list[tuple[str, FileStorage]]:
    """The files that came, each with the id of its field; inputs in which none was chosen give none."""
    return [
        (one.id, file)
        for one in questions(forms)
        if one.type is FieldType.ATTACHMENT
        for file in sent.getlist(f"a.{one.id}")
        if file.filename
    ]


def more_of(sent: MultiDict[str, str]) -> list[str]:
    """The ids of tables whose button for further rows was pressed."""
    return [one for one in sent.getlist(MORE) if len(one) <= 64]


def condition_words(form: Form, condition: Condition, lang: str) -> str:
    """When a field is shown, in words made of the titles of what it hangs on."""
    if isinstance(condition, Is):
        asked = form.field(condition.field)
        if asked is None:
            return condition.field
        titles = {one.id: in_language(one.title, lang) for one in asked.options}
        values = " / ".join(f"“{titles.get(one, one)}”" for one in condition.values)
        return f"{in_language(asked.title, lang)} = {values}"
    if isinstance(condition, Not):
        return f"not ({condition_words(form, condition.condition, lang)})"
    between = " and " if type(condition).__name__ == "AllOf" else " or "
    return between.join(f"({condition_words(form, one, lang)})" for one in condition.conditions)


class _Showing:
    def __init__(
        self,
        answers: Mapping[str, Any],
        faults: Sequence[Fault],
        lang: str,
        files: Mapping[str, str],
        more: set[str],
        every: bool,
    ) -> None:
        self._answers, self._lang, self._files = answers, lang, files
        self._more, self._every = more, every
        self._faults: dict[str, list[str]] = {}
        for one in faults:
            self._faults.setdefault(one.field, []).append(one.message)

    def field(self, form: Form, one: Field, controls: bool) -> ShownField:
        value = self._answers.get(one.id)
        chosen = {*map(str, value)} if isinstance(value, list) else {str(value)}
        rows = self._rows(one, value) if one.type is FieldType.TABLE else ()
        hangs = self._every and one.visible_when is not None
        text = self._text
        return ShownField(
            id=one.id,
            name=f"a.{one.id}",
            type=one.type.value,
            title=text(one.title),
            help=text(one.help),
            placeholder=text(one.placeholder),
            required=one.required,
            private=one.private,
            value=_typed(value),
            options=tuple(
                ShownOption(at.id, text(at.title), at.clause, at.id in chosen) for at in one.options
            ),
            radios=one.type is FieldType.OPTION and len(one.options) <= RADIOS,
            columns=tuple(self._column(at) for at in one.columns),
            rows=rows,
            may_grow=len(rows) < (one.most or USUAL_ROWS),
            files=tuple((at, self._files.get(at, at)) for at in sorted(chosen))
            if one.type is FieldType.ATTACHMENT and isinstance(value, list)
            else (),
            max_length=_most(one),
            least=_bound(one.earliest or one.minimum),
            most=_bound(one.latest or one.maximum),
            faults=tuple(self._faults.get(one.id, ())),
            controls=controls,
            condition=condition_words(form, one.visible_when, self._lang)
            if hangs and one.visible_when is not None
            else "",
        )

    def _column(self, one: Column) -> ShownColumn:
        options = tuple((at.id, self._text(at.title)) for at in one.options)
        most = one.max_length or USUAL.get(one.type.value)
        return ShownColumn(
            one.id, one.type.value, self._text(one.title), one.required, most, options
        )

    def _rows(self, one: Field, value: Any) -> tuple[dict[str, str], ...]:
        most = one.most or USUAL_ROWS
        given = value[:most] if isinstance(value, list) else []
        filled = [
            {at.id: _typed(row.get(at.id)) for at in one.columns}
            for row in given
            if isinstance(row, Mapping)
        ]
        empty = EMPTY_ROWS + (5 if one.id in self._more else 0)
        blank = {at.id: "" for at in one.columns}
        return (*filled, *[blank] * min(empty, most - len(filled)))

    def _text(self, texts: Mapping[str, str]) -> str:
        return in_language(texts, self._lang)


def _answer(one: Field, sent: MultiDict[str, str]) -> Any:
    name = f"a.{one.id}"
    if one.type is FieldType.TABLE:
        return _table(one, sent)
    if one.type is FieldType.ATTACHMENT:
        kept = [value for value in sent.getlist(f"{name}.kept") if value]
        return kept if f"{name}.kept" in sent else None
    if one.type is FieldType.MULTI_OPTION:
        found = [value for value in sent.getlist(name) if value]
        return found if name in sent else None
    value = sent.get(name)
    return None if value is None else _shaped(one.type, value)


def _table(one: Field, sent: MultiDict[str, str]) -> Any:
    told = sent.get(f"a.{one.id}.rows", "")
    if not told.isascii() or not told.isdigit() or len(told) > 4:
        return None
    rows = []
    for number in range(min(int(told), MOST_ROWS)):
        row = {
            at.id: _shaped(at.type, value)
            for at in one.columns
            if (value := sent.get(f"a.{one.id}.{number}.{at.id}", "")).strip()
        }
        if row:
            rows.append(row)
    return rows


def _shaped(kind: FieldType, text: str) -> Any:
    """A typed text as an answer: numbers as numbers, with a point or a comma; lines ended as JSON does."""
    plain = text.replace("\r\n", "\n").strip()
    if kind is not FieldType.NUMBER or not _NUMBER.fullmatch(plain):
        return plain
    number = float(plain.replace(",", "."))
    return int(number) if number.is_integer() and "." not in plain and "," not in plain else number


def _typed(value: Any) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return ""
    return str(value)


def _most(one: Field) -> int | None:
    return one.max_length or USUAL.get(one.type.value) or LONGEST.get(one.type.value)


def _bound(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return "" if value is None else str(value)
