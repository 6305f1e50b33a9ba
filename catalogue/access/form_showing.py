"""Which fields are shown for given answers. A hidden field counts as not answered. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from catalogue.access.fields import AllOf, AnyOf, Condition, Form, Is, Not


def visible(forms: Sequence[Form], answers: Mapping[str, Any]) -> frozenset[str]:
    """The ids of all fields, headers and labels too, that at least one of the forms shows."""
    return frozenset(one for form in forms for one in _shown(form, answers))


def holds(condition: Condition, answers: Mapping[str, Any], shown: Collection[str]) -> bool:
    """Whether a condition holds, where only the fields that are `shown` count as answered."""
    if isinstance(condition, Is):
        return condition.field in shown and _chosen(answers.get(condition.field), condition.values)
    if isinstance(condition, Not):
        return not holds(condition.condition, answers, shown)
    each = (holds(one, answers, shown) for one in condition.conditions)
    return all(each) if isinstance(condition, AllOf) else any(each)


def named(condition: Condition | None) -> Iterator[Is]:
    """Every plain condition within one, in order."""
    if isinstance(condition, Is):
        yield condition
    elif isinstance(condition, Not):
        yield from named(condition.condition)
    elif isinstance(condition, AllOf | AnyOf):
        for one in condition.conditions:
            yield from named(one)


def _shown(form: Form, answers: Mapping[str, Any]) -> set[str]:
    """A form's conditions hang together without a cycle, so that each round settles one field more."""
    shown = {one.id for one in form.fields if one.visible_when is None}
    waiting = [one for one in form.fields if one.visible_when is not None]
    settled = set(shown)
    while waiting:
        ready = [one for one in waiting if {at.field for at in named(one.visible_when)} <= settled]
        if not ready:
            break
        for one in ready:
            if one.visible_when is not None and holds(one.visible_when, answers, shown):
                shown.add(one.id)
        settled.update(one.id for one in ready)
        waiting = [one for one in waiting if one.id not in settled]
    return shown


def _chosen(answer: Any, values: Sequence[str]) -> bool:
    if isinstance(answer, str):
        return answer in values
    # More than this no field may choose; a longer list is a fault, and not looked through here.
    return isinstance(answer, list) and any(
        isinstance(one, str) and one in values for one in answer[:1000]
    )
