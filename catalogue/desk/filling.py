"""What a request is asked by forms: which ones each leg needs, whether they are filled in, and who may
read which answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from catalogue.access.attachments import checked
from catalogue.access.fields import FieldType, Form
from catalogue.access.form_checking import Fault as FormFault
from catalogue.access.forms import check, flags, forms_for, kept, questions
from catalogue.access.model import Answers, Attachment, Fault, Filled, Leg, Part, Request, Resource
from catalogue.access.viewing import LegView, Sight, View
from catalogue.access.workflow import External, kind_of
from catalogue.ports import FormStore

READS_ALL = frozenset({Part.HANDLER, Part.DECIDER, Part.ALLOCATOR})
"""Who of a holder's staff reads answers that are private."""


class Asked(Protocol):
    """What it takes to tell a leg's forms: a leg, or a view of one."""

    @property
    def holder(self) -> str: ...
    @property
    def resources(self) -> tuple[Resource, ...]: ...
    @property
    def external(self) -> External | None: ...


@dataclass(frozen=True, slots=True)
class LegForms:
    """The forms of a leg: those that are answered once for the whole request, and its holder's own."""

    shared: tuple[Form, ...] = ()
    own: tuple[Form, ...] = ()


class StoredForms:
    """`hooks.Forms` on the forms that the journal keeps: each as it is now."""

    def __init__(self, store: FormStore) -> None:
        self._store = store

    def of(self, leg: Asked) -> LegForms:
        """The forms of a leg; none where its holder decides elsewhere."""
        return legs_forms(leg, self._store.current())

    def faults(self, request: Request, leg: Leg) -> Sequence[Fault]:
        """See `hooks.Forms`."""
        forms = self.of(leg)
        shared = [one for one in request.attachments if one.leg is None]
        own = [one for one in request.attachments if one.leg == leg.id]
        return [
            *(
                Fault(one.field, one.message)
                for one in wrong(forms.shared, request.answers, shared)
            ),
            *(Fault(one.field, one.message, leg.id) for one in wrong(forms.own, leg.answers, own)),
        ]

    def filled(self, request: Request, leg: Leg) -> Filled:
        """See `hooks.Forms`. A leg that no form is for is given all that is shared."""
        forms = self.of(leg)
        if not (forms.shared or forms.own):
            return Filled()
        shared = [one for one in request.attachments if one.leg is None]
        own = [one for one in request.attachments if one.leg == leg.id]
        words = flags(forms.shared, with_files(forms.shared, request.answers, shared)) | flags(
            forms.own, with_files(forms.own, leg.answers, own)
        )
        return Filled(words, frozenset(one.id for one in questions(forms.shared)))

    def media_type(self, name: str, body: bytes) -> str:
        """See `hooks.Forms`."""
        return checked(name, "", body).media_type

    def seen(self, found: View) -> View:
        """The view without answers and files that are private, where the reader only reviews."""
        if found.sight is not Sight.HOLDER:
            return found
        available = self._store.current()
        legs = [_for_reviewer(leg, legs_forms(leg, available)) for leg in found.legs]
        hidden = [_private(legs_forms(leg, available)) for leg in found.legs if not _reads_all(leg)]
        if len(hidden) < len(found.legs):  # one of the legs lets the reader see what is shared
            return replace(found, legs=tuple(legs))
        names = frozenset[str]().union(*hidden)
        return replace(
            found,
            legs=tuple(legs),
            answers=_without(found.answers, names),
            attachments=_files_without(found.attachments, names),
        )


def legs_forms(leg: Asked, available: Iterable[Form]) -> LegForms:
    """The forms that a leg needs, out of one version of each."""
    if leg.external is not None or not leg.resources:
        return LegForms()
    kinds = {kind_of(one.type, one.service) for one in leg.resources}
    sectors = {one for resource in leg.resources for one in resource.sectors}
    found = forms_for(kinds, sectors, (), leg.holder, available)
    return LegForms(
        tuple(one for one in found if one.applies.holder is None),
        tuple(one for one in found if one.applies.holder is not None),
    )


def wrong(
    forms: Sequence[Form],
    answers: Answers,
    files: Sequence[Attachment],
    *,
    final: bool = True,
    lang: str = "en",
) -> list[FormFault]:
    """What is wrong with the answers to these forms; answers to other questions are not theirs."""
    wanted = {one.id for one in questions(forms)}
    mine = {name: value for name, value in answers.items() if name in wanted}
    whole = with_files(forms, mine, files)
    fields = {one.id: one.field for one in files}
    return check(forms, kept(forms, whole).answers, fields, final=final, lang=lang)


def with_files(
    forms: Sequence[Form], answers: Answers, files: Sequence[Attachment]
) -> dict[str, Any]:
    """The answers, with the files that are there as the answers to fields that take files."""
    found = dict(answers)
    for one in questions(forms):
        if one.type is FieldType.ATTACHMENT:
            found[one.id] = [each.id for each in files if each.field == one.id]
    return found


def _for_reviewer(leg: LegView, forms: LegForms) -> LegView:
    if _reads_all(leg):
        return leg
    names = _private(forms)
    return replace(
        leg,
        shared=_without(leg.shared, names),
        answers=_without(leg.answers, names),
        attachments=_files_without(leg.attachments, names),
    )


def _reads_all(leg: LegView) -> bool:
    return bool(READS_ALL & set(leg.parts))


def _private(forms: LegForms) -> frozenset[str]:
    every = questions((*forms.shared, *forms.own))
    return frozenset(one.id for one in every if one.private)


def _without(answers: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in names}


def _files_without(files: Iterable[Attachment], names: Collection[str]) -> tuple[Attachment, ...]:
    return tuple(one for one in files if one.field not in names)
