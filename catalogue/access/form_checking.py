"""Whether answers can be kept, or handed in. Pure; no answer of any shape raises or takes long: each
value is measured before it is looked at, and only so many faults are told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from catalogue.access.fields import (
    EARLIEST,
    LARGEST,
    LATEST,
    MOST_FILES,
    USUAL,
    Column,
    Field,
    FieldType,
    Form,
    Option,
    Pattern,
    in_language,
)
from catalogue.access.form_showing import visible
from catalogue.access.plain_text import safe, stray
from vocab.form_messages import said

MOST_FAULTS = 200
MOST_ANSWERS = 2_000
USUAL_ROWS = 50

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s<>\"'(),;:\\\[\]]{1,64}@[^@\s<>\"'(),;:\\\[\]]{1,190}")
_TELEPHONE = re.compile(r"\+?[0-9 ()./-]{3,40}")
_PATTERNS = {
    Pattern.COUNTRY: re.compile(r"[A-Z]{2}"),
    Pattern.URL: re.compile(r"https?://[^\s<>\"@/]{1,255}(/[^\s<>\"]{0,2000})?"),
    Pattern.ORCID: re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]"),
    Pattern.VAT: re.compile(r"[A-Z]{2}[A-Z0-9+*]{2,13}"),
    Pattern.IDENTIFIER: re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,199}"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `field` is the question's id, or the name as it came where there is no
    such question; `path` a JSON pointer into the answers; `rule` a stable word; `message` says in the
    reader's language what to do."""

    field: str
    message: str
    path: str
    rule: str


def check(
    forms: Sequence[Form],
    answers: Any,
    attachments: Mapping[str, str],
    *,
    final: bool,
    lang: str = "en",
) -> list[Fault]:
    """What is wrong with the answers, in the order of the questions; at most `MOST_FAULTS`.

    A draft may lack anything, but what is there has its shape and size; `final` wants all that is
    required too. Answers of fields that are hidden are not looked at (`forms.kept` drops them).
    `attachments`: the field of each file that was taken, by the file's id.
    """
    if not isinstance(answers, Mapping):
        return [Fault("", said("answers", lang), "", "answers")]
    if len(answers) > MOST_ANSWERS:
        message = said("too-many-answers", lang, most=MOST_ANSWERS, number=len(answers))
        return [Fault("", message, "", "too-many-answers")]
    checking = _Checking(attachments, final, lang)
    return list(islice(checking.faults(forms, answers), MOST_FAULTS))


def empty(value: Any) -> bool:
    """Whether a value says nothing: none, blank, or a list or row of nothing else."""
    if isinstance(value, str):
        return not value[:100_000].strip()
    return value is None or (isinstance(value, list | Mapping) and not value)


class _Checking:
    """One look at answers: with the files that are there, strict or not, in a language."""

    def __init__(self, attachments: Mapping[str, str], final: bool, lang: str) -> None:
        self._files, self._final, self._lang = attachments, final, lang

    def faults(self, forms: Sequence[Form], answers: Mapping[Any, Any]) -> Iterator[Fault]:
        shown: set[str] = set()
        required: set[str] = set()
        for form in forms:
            in_view = visible((form,), answers)
            shown |= in_view
            required |= {one.id for one in form.fields if one.required and one.id in in_view}
        asked: set[str] = set()
        every = [one for form in forms for one in form.fields if one.asks]
        for one in every:
            if one.id not in asked and one.id in shown:
                yield from self.answer(one, answers.get(one.id), one.id in required)
            asked.add(one.id)
        for name in answers:
            if name not in asked:
                yield self.fault("unknown-field", safe(str(name)), f"/{safe(str(name))}")

    def answer(self, one: Field, value: Any, required: bool) -> Iterator[Fault]:
        path = f"/{one.id}"
        if empty(value):
            if required and self._final:
                yield self.fault("required", one.id, path)
            return
        if one.type in _LISTS:
            yield from _LISTS[one.type](self, one, value, path, required)
            return
        most = one.max_length or USUAL.get(one.type.value, 0)
        found = self.single(one.type, value, most, one.pattern, one.options)
        if found is None:
            found = self.range(one, value)
        if found is not None:
            rule, values = found
            yield self.fault(rule, one.id, path, **values)

    # --- one value ---------------------------------------------------------------------------

    def single(
        self,
        kind: FieldType,
        value: Any,
        most: int,
        pattern: Pattern | None,
        options: Sequence[Option],
    ) -> tuple[str, dict[str, Any]] | None:
        """The rule that a value breaks, with what its message tells; None where it is good."""
        if kind is FieldType.NUMBER:
            return None if _is_number(value) else ("number", {})
        if not isinstance(value, str):
            return "text", {}
        if kind is FieldType.DATE:
            return None if _day(value) else ("date", {})
        if kind is FieldType.OPTION:
            return None if value in {one.id for one in options} else ("option", {})
        return _text(kind, value, most, pattern)

    def range(self, one: Field, value: Any) -> tuple[str, dict[str, Any]] | None:
        low: Any = None
        high: Any = None
        at: Any = value
        if one.type is FieldType.NUMBER:
            low, high = one.minimum, one.maximum
        elif one.type is FieldType.DATE:
            low, high, at = one.earliest, one.latest, _day(value)
        if low is not None and at < low:
            return "too-low", {"least": _plain(low)}
        if high is not None and at > high:
            return "too-high", {"most": _plain(high)}
        return None

    # --- several values ----------------------------------------------------------------------

    def options(self, one: Field, value: Any, path: str, required: bool) -> Iterator[Fault]:
        known = {option.id: option for option in one.options}
        if not isinstance(value, list):
            yield self.fault("options", one.id, path)
            return
        if len(value) > len(known):
            yield self.fault("too-many-options", one.id, path, most=len(known), number=len(value))
            return
        for place, each in enumerate(value):
            if not isinstance(each, str) or each not in known:
                yield self.fault("option", one.id, f"{path}/{place}")
            elif each in value[:place]:
                yield self.fault("doubled", one.id, f"{path}/{place}")
        if one.acknowledge and self._final and required:
            for option in one.options:
                if option.id not in value:
                    title = safe(in_language(option.title, self._lang), 120)
                    yield self.fault("acknowledge", one.id, path, option=title)

    def attachments(self, one: Field, value: Any, path: str, _required: bool) -> Iterator[Fault]:
        most = one.most or MOST_FILES
        if not isinstance(value, list):
            yield self.fault("attachment", one.id, path)
        elif len(value) > most:
            yield self.fault("too-many-files", one.id, path, most=most, number=len(value))
        else:
            for place, each in enumerate(value):
                if not isinstance(each, str) or self._files.get(each) != one.id:
                    yield self.fault("no-such-file", one.id, f"{path}/{place}")
                elif each in value[:place]:
                    yield self.fault("doubled", one.id, f"{path}/{place}")

    def table(self, one: Field, value: Any, path: str, required: bool) -> Iterator[Fault]:
        most = one.most or USUAL_ROWS
        if not isinstance(value, list):
            yield self.fault("table", one.id, path)
            return
        if len(value) > most:
            yield self.fault("too-many-rows", one.id, path, most=most, number=len(value))
            return
        for place, row in enumerate(value):
            yield from self.row(one, row, f"{path}/{place}", place + 1)
        if required and self._final and all(_blank(row) for row in value):
            yield self.fault("required", one.id, path)

    def row(self, one: Field, row: Any, path: str, number: int) -> Iterator[Fault]:
        if not isinstance(row, Mapping):
            yield self.fault("row", one.id, path, row=number)
            return
        if len(row) > len(one.columns) or not {*row} <= {at.id for at in one.columns}:
            yield self.fault("columns", one.id, path, row=number)
            return
        if _blank(row):
            return
        for column in one.columns:
            cell = row.get(column.id)
            rule = self.cell(column, cell)
            if rule is not None:
                title = safe(in_language(column.title, self._lang))
                place = f"{path}/{column.id}"
                yield self.fault(rule[0], one.id, place, row=number, column=title, **rule[1])

    def cell(self, column: Column, value: Any) -> tuple[str, dict[str, Any]] | None:
        if empty(value):
            return ("required", {}) if column.required and self._final else None
        most = column.max_length or USUAL.get(column.type.value, 0)
        return self.single(column.type, value, most, column.pattern, column.options)

    def fault(self, rule: str, field: str, path: str, **values: Any) -> Fault:
        message = said(rule, self._lang, **values)
        if "column" in values:
            where = said("cell", self._lang, row=values["row"], column=values["column"])
            message = f"{where}: {message}"
        return Fault(field, message, path, rule)


_LISTS: dict[FieldType, Callable[[_Checking, Field, Any, str, bool], Iterator[Fault]]] = {
    FieldType.MULTI_OPTION: _Checking.options,
    FieldType.ATTACHMENT: _Checking.attachments,
    FieldType.TABLE: _Checking.table,
}


def _text(
    kind: FieldType, value: str, most: int, pattern: Pattern | None
) -> tuple[str, dict[str, Any]] | None:
    if len(value) > most:
        return "too-long", {"most": most, "number": len(value)}
    lines = kind is FieldType.TEXTA
    if not lines and "\n" in value:
        return "one-line", {}
    character = stray(value, lines=lines)
    if character:
        return "character", {"character": character}
    rule = _shape(kind, value.strip(), pattern)
    return (rule, {}) if rule else None


def _shape(kind: FieldType, text: str, pattern: Pattern | None) -> str | None:
    """The rule that a text of a known shape breaks."""
    if kind is FieldType.EMAIL:
        return None if _EMAIL.fullmatch(text) else "email"
    if kind is FieldType.TELEPHONE:
        digits = sum(one.isdigit() for one in text)
        return None if _TELEPHONE.fullmatch(text) and digits >= 3 else "telephone"
    return None if pattern is None or _matches(pattern, text) else pattern.value


def _matches(pattern: Pattern, text: str) -> bool:
    if not _PATTERNS[pattern].fullmatch(text):
        return False
    return pattern is not Pattern.ORCID or _orcid_digit(text) == text[-1]


def _orcid_digit(text: str) -> str:
    """The check digit of ISO 7064 11,2 over the first 15 digits."""
    total = 0
    for digit in text.replace("-", "")[:15]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def _is_number(value: Any) -> bool:
    # Compared rather than asked for: an integer can be too large for a float. NaN fails both.
    return type(value) in (int, float) and -LARGEST <= value <= LARGEST


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def _blank(row: Any) -> bool:
    return isinstance(row, Mapping) and all(empty(cell) for cell in row.values())


def _plain(bound: Any) -> str:
    return (
        f"{bound:g}"
        if isinstance(bound, float) and abs(bound) < 1e6
        else str(bound).removesuffix(".0")
    )
