"""Forms: which ones a leg needs, what they ask, what is seen, and what follows from the answers. Pure.

Answers are one mapping of field ids to plain JSON. Fields of the same id in several forms are one
question. Nothing here raises for answers of any shape: what is wrong with them `check` tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from catalogue.access.fields import (
    Field,
    FieldType,
    Flag,
    Form,
    PartOf,
    Texts,
    in_language,
)
from catalogue.access.form_checking import Fault, check
from catalogue.access.form_reading import digest, form_of, told
from catalogue.access.form_showing import holds, visible
from catalogue.model import SECTORS

__all__ = [
    "Answers",
    "Fault",
    "Field",
    "FieldType",
    "Flag",
    "Form",
    "Kept",
    "PartOf",
    "Texts",
    "asked",
    "check",
    "clashes",
    "digest",
    "flags",
    "form_of",
    "forms_for",
    "in_language",
    "kept",
    "place",
    "questions",
    "told",
    "visible",
]

Answers: TypeAlias = Mapping[str, Any]
KINDS = ("data", "compute", "service")


def forms_for(
    kinds: Collection[str],
    sectors: Collection[str],
    access: Collection[str | None],
    holder: str | None,
    available: Iterable[Form],
) -> tuple[Form, ...]:
    """The forms that a leg needs: base parts in the order of `PartOf`, then add-ons by sector, then
    the holder's own; each of these by id.

    `kinds` ("data", "compute", "service"), `sectors` and `access` ("public", "restricted",
    "non-public", None where it is not stated) are of all that the leg asks for. `available` holds one
    version of each form.
    """
    fitting = [one for one in available if _fits(one, kinds, sectors, access, holder)]
    return tuple(sorted(fitting, key=place))


@dataclass(frozen=True, slots=True)
class Kept:
    """Answers that are asked for, and the ids of those that were left out: nobody asks them any more,
    as what they hang on was answered otherwise."""

    answers: dict[str, Any]
    dropped: tuple[str, ...]


def questions(forms: Sequence[Form]) -> tuple[Field, ...]:
    """Every field that takes an answer, each id once, in the order in which it is first asked. Where
    one form requires it, it is required; where one keeps it private, it is private."""
    found: dict[str, Field] = {}
    for one in (one for form in forms for one in form.fields if one.asks):
        before = found.get(one.id, one)
        required, private = before.required or one.required, before.private or one.private
        found[one.id] = replace(before, required=required, private=private)
    return tuple(found.values())


def kept(forms: Sequence[Form], answers: Answers) -> Kept:
    """The answers without those of fields that are hidden now. Answers to fields that no form has stay:
    `check` tells of them."""
    hidden = {one.id for one in questions(forms)} - visible(forms, answers)
    dropped = tuple(one for one in answers if one in hidden)
    return Kept({one: value for one, value in answers.items() if one not in hidden}, dropped)


def asked(forms: Sequence[Form], answers: Answers, *, private: bool = True) -> dict[str, Any]:
    """Those of the answers that these forms ask for and show, in their order; with `private` off, without
    those that reviewers do not see. What else a request says is none of the leg's business."""
    shown = visible(forms, answers)
    return {
        one.id: answers[one.id]
        for one in questions(forms)
        if one.id in answers and one.id in shown and (private or not one.private)
    }


def flags(forms: Sequence[Form], answers: Answers) -> frozenset[str]:
    """The words for the workflow that follow from the answers, by what the forms declare."""
    return frozenset(
        flag.id
        for form in forms
        for shown in [visible((form,), answers)]
        for flag in form.flags
        if holds(flag.when, answers, shown)
    )


def clashes(form: Form, others: Iterable[Form]) -> list[str]:
    """Where the form asks another question than the others do under the same id, a sentence each."""
    known = {one.id: (other, one) for other in others for one in other.fields if one.asks}
    return [
        f"{one.id}: form {known[one.id][0].id!r} asks this field too, and with another type, options or"
        " columns; give yours another id"
        for one in form.fields
        if one.asks and one.id in known and _shape(one) != _shape(known[one.id][1])
    ]


def _shape(one: Field) -> object:
    columns = [(at.id, at.type, {each.id for each in at.options}) for at in one.columns]
    return one.type, {each.id for each in one.options}, columns


def _fits(
    form: Form,
    kinds: Collection[str],
    sectors: Collection[str],
    access: Collection[str | None],
    holder: str | None,
) -> bool:
    wanted = form.applies
    return (
        wanted.holder in {None, holder}
        and (not wanted.kinds or bool({*wanted.kinds} & {*kinds}))
        and (not wanted.sectors or bool({*wanted.sectors} & {*sectors}))
        and (not wanted.access or not access or bool({*wanted.access, None} & {*access}))
    )


def place(form: Form) -> tuple[int, int, int, str]:
    """What forms are ordered by: base parts, what sectors add, what holders have of their own."""
    group = 2 if form.applies.holder else int(bool(form.applies.sectors))
    sector = min((SECTORS.index(one) for one in form.applies.sectors), default=0)
    return group, sector, list(PartOf).index(form.part), form.id
