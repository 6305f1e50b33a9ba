"""How a holder decides: the steps that its part of a request goes through, as data.

A workflow is of one holder and covers some kinds of resource; each change is a new version. A leg stays
under the version that it was submitted under.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catalogue.errors import InvalidInput

DATA, COMPUTE, SERVICE = "data", "compute", "service"
KINDS = (DATA, COMPUTE, SERVICE)
"""Kinds of resource: data (datasets, series, services, models), computing time, and other offers."""

REVIEW_STEPS = ("eligibility", "technical", "ethics", "legal")
DECISION = "decision"
STEP_PARTS: Mapping[str, tuple[str, ...]] = {
    "eligibility": ("handler",),
    "technical": ("reviewer-technical", "handler"),
    "ethics": ("reviewer-ethics",),
    "legal": ("reviewer-legal",),
    DECISION: ("decider", "allocator"),
}
"""Who may be named for each step; the first is who is where nothing is said."""

ALWAYS = "always"
PERSONAL, HEALTH, ETHICS = "personal-data", "health", "ethics"
DEFENCE, DUAL_USE, EXPORT, CLASSIFIED = "defence", "dual-use", "export-control", "classified"
CIVIL_USE = "civil-use"
TRAITS = (PERSONAL, HEALTH, ETHICS, DEFENCE, DUAL_USE, EXPORT, CLASSIFIED, CIVIL_USE)
"""What makes steps of the default workflows needed; forms may flag other words, and workflows name them.
`civil-use`: computing time is asked for, and there is dual use or defence about it, so that EuroHPC's rule
of civil use has to be looked at."""

REJECT, DECIDE = "reject", "decide"
MOST_DAYS = 3660
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$*+/=^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}"
)  # none that mailto reads


@dataclass(frozen=True, slots=True)
class External:
    """A holder's own procedure, elsewhere: exactly one of a web page and a mailbox."""

    url: str | None = None
    email: str | None = None

    @property
    def link(self) -> str:
        """Where to go: the page, or the mailbox as a mailto link."""
        return self.url or f"mailto:{self.email}"


@dataclass(frozen=True, slots=True)
class Step:
    """One look at a request. `part` does it, within `days` (calendar days, clocks of returned legs stand
    still); it is needed where any of the traits in `when` is there. `on_fail`: a leg that fails it is
    rejected at once, or goes on, and whoever decides has the failure before them."""

    name: str
    part: str
    days: int
    when: tuple[str, ...] = (ALWAYS,)
    on_fail: str = DECIDE


@dataclass(frozen=True, slots=True)
class Workflow:
    """How one holder decides on some kinds of resource.

    `terms` names the text to accept before anything becomes active, by id and version; `duration` is
    how many days an entitlement lasts; `take_up` how many a submitted leg may wait for a handler.
    `external`: nothing is decided here. `at_once`: it becomes active as soon as terms are accepted;
    else a handler or allocator says when.
    """

    holder: str
    id: str
    version: int
    kinds: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    take_up: int = 5
    terms: str = "general-terms"
    terms_version: int = 1
    duration: int = 365
    at_once: bool = True
    external: External | None = None

    @property
    def terms_text(self) -> str:
        """The terms as "id@version"."""
        return f"{self.terms}@{self.terms_version}"

    def step(self, name: str) -> Step | None:
        """The step of that name; None where this workflow has none."""
        return next((one for one in self.steps if one.name == name), None)

    def needed(self, traits: Collection[str]) -> tuple[str, ...]:
        """The names of the steps that something with these traits goes through, in order."""
        met = {ALWAYS, *traits}
        return tuple(one.name for one in self.steps if met.intersection(one.when))


def kind_of(type_: str, service: str | None) -> str:
    """The kind of resource that a record of this type is; `service` is what an offer gives access to."""
    if type_ != "offer":
        return DATA
    return COMPUTE if service == COMPUTE else SERVICE


def traits(
    sectors: Iterable[str],
    kinds: Iterable[str],
    flags: Iterable[str],
    *answers: Mapping[str, Any],
) -> set[str]:
    """What there is about resources of these sectors and kinds, what forms flag, and what answers say.

    Answers speak by fields of agreed names, too: `personal-data`, `dual-use` and `defence`, where
    anything but no, none and nothing counts as yes: in doubt a step more is taken.
    """
    found = {PERSONAL, DUAL_USE, DEFENCE} & {
        name for each in answers for name, value in each.items() if _yes(value)
    }
    found |= {*flags, *({HEALTH, DEFENCE} & set(sectors))}
    if COMPUTE in kinds and found & {DUAL_USE, DEFENCE}:
        found.add(CIVIL_USE)
    return found


def _yes(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in {"", "no", "none", "false"}
    if isinstance(value, list | tuple):
        return any(_yes(one) for one in value)
    return bool(value)


# --- what holders get who have said nothing ---------------------------------------------------------

_ELIGIBILITY = Step("eligibility", "handler", 10, on_fail=REJECT)
_TECHNICAL = Step("technical", "reviewer-technical", 20)
_ETHICS = Step("ethics", "reviewer-ethics", 30, when=(PERSONAL, HEALTH, ETHICS), on_fail=REJECT)
_MILITARY = (DEFENCE, DUAL_USE, EXPORT, CLASSIFIED)
_LEGAL = Step("legal", "reviewer-legal", 30, when=_MILITARY, on_fail=REJECT)
_CIVIL = Step("legal", "reviewer-legal", 30, when=(CIVIL_USE, *_MILITARY), on_fail=REJECT)


def default_workflows(holder: str) -> tuple[Workflow, ...]:
    """How a holder decides that has set nothing of its own: version 0 of three workflows, which together
    cover every kind."""
    data = (_ELIGIBILITY, _TECHNICAL, _ETHICS, _LEGAL, Step(DECISION, "decider", 10))
    compute = (_ELIGIBILITY, _TECHNICAL, _ETHICS, _CIVIL, Step(DECISION, "allocator", 10))
    service = (_ELIGIBILITY, Step(DECISION, "decider", 10))
    return (
        Workflow(holder, DATA, 0, (DATA,), data),
        Workflow(holder, COMPUTE, 0, (COMPUTE,), compute, terms="compute-terms", at_once=False),
        Workflow(holder, SERVICE, 0, (SERVICE,), service),
    )


def of_kind(workflows: Sequence[Workflow], holder: str, kind: str) -> Workflow:
    """The holder's workflow for a kind of resource: its own, else the default one."""
    found = [one for one in (*workflows, *default_workflows(holder)) if kind in one.kinds]
    return found[0]


# --- workflows as data ------------------------------------------------------------------------------


def checked(workflow: Workflow) -> Workflow:
    """The workflow, if it can be followed. Raises: InvalidInput, which names what cannot be."""
    faults = [*_names(workflow), *_numbers(workflow), *_external(workflow.external)]
    faults += _steps(workflow.steps) if workflow.external is None else ()
    if workflow.external is not None and workflow.steps:
        faults.append("a procedure elsewhere has no steps here; leave them out")
    if faults:
        raise InvalidInput(f"workflow {workflow.id[:70]!r}: {'; '.join(faults)}")
    return workflow


def _names(workflow: Workflow) -> list[str]:
    faults = []
    if not _ID.fullmatch(workflow.id):
        faults.append("its id takes small letters, digits and hyphens, at most 64")
    if not _ID.fullmatch(workflow.terms):
        faults.append("the id of its terms takes small letters, digits and hyphens, at most 64")
    unknown = sorted(set(workflow.kinds) - set(KINDS))
    if unknown or not workflow.kinds:
        faults.append(f"its kinds are some of {', '.join(KINDS)}; not {', '.join(unknown) or '-'}")
    return faults


def _numbers(workflow: Workflow) -> list[str]:
    days = {"take_up": workflow.take_up, "duration": workflow.duration}
    days |= {f"days of {one.name}": one.days for one in workflow.steps}
    wrong = [name for name, number in days.items() if not 1 <= number <= MOST_DAYS]
    faults = [f"{name} must be 1 to {MOST_DAYS} days" for name in wrong]
    return faults + (["terms_version starts at 1"] if workflow.terms_version < 1 else [])


def _external(external: External | None) -> list[str]:
    if external is None:
        return []
    if (external.url is None) == (external.email is None):
        return ["a procedure elsewhere has either a url or an email"]
    if external.url is not None and not _is_web(external.url):
        return ["the url of a procedure elsewhere begins with https:// or http://"]
    if external.email is not None and not _EMAIL.fullmatch(external.email):
        return ["the email of a procedure elsewhere is no address"]
    return []


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isprintable() and not set(url) & set(" <>\"'\\")
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and plain
        and "@" not in parts.netloc
    )


def _steps(steps: Sequence[Step]) -> list[str]:
    names = [one.name for one in steps]
    if not names or names[-1] != DECISION or len(set(names)) != len(names):
        return [
            f"its steps are some of {', '.join(REVIEW_STEPS)}, each once, and end with {DECISION}"
        ]
    faults = []
    for one in steps:
        parts = STEP_PARTS.get(one.name)
        if parts is None:
            faults.append(f"there is no step {one.name[:40]!r}")
        elif one.part not in parts:
            faults.append(f"{one.name} is done by {' or '.join(parts)}, not by {one.part[:40]!r}")
        if not one.when or not all(_ID.fullmatch(word) for word in one.when):
            faults.append(f"{one.name} is needed {ALWAYS}, or when a word such as {HEALTH} is met")
        if one.on_fail not in {REJECT, DECIDE}:
            faults.append(f"what follows when {one.name} fails is {REJECT} or {DECIDE}")
    if steps[-1].when != (ALWAYS,):
        faults.append(f"{DECISION} is needed {ALWAYS}")
    return faults


def to_json(workflow: Workflow) -> dict[str, Any]:
    """The workflow as plain JSON values; `from_json` reads it back."""
    external = workflow.external
    how: dict[str, Any] = {"kind": "here"}
    if external is not None:
        how = {"kind": "external"}
        how |= {"url": external.url} if external.url else {"email": external.email}
    return {
        "holder": workflow.holder,
        "id": workflow.id,
        "version": workflow.version,
        "kinds": list(workflow.kinds),
        **how,
        "steps": [_step_json(one) for one in workflow.steps],
        "take_up": workflow.take_up,
        "terms": workflow.terms,
        "terms_version": workflow.terms_version,
        "duration": workflow.duration,
        "at_once": workflow.at_once,
    }


def _step_json(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "part": step.part,
        "days": step.days,
        "when": list(step.when),
        "on_fail": step.on_fail,
    }


def from_json(value: Mapping[str, Any]) -> Workflow:
    """The workflow that `to_json` wrote, or that a person gave; what is left out is as by default.

    Raises: InvalidInput where a value has the wrong type, is unknown, or cannot be followed.
    """
    known = {"kind", "url", "email", *(Workflow.__dataclass_fields__)} - {"external"}
    unknown = sorted(str(one) for one in set(value) - known)
    if unknown:
        raise InvalidInput(f"a workflow has no {', '.join(unknown)[:200]}")
    if value.get("kind", "here") not in ("here", "external"):
        raise InvalidInput("the kind of a workflow is here or external")
    outside = value.get("kind", "here") == "external"
    try:
        made = Workflow(
            holder=_text(value, "holder"),
            id=_text(value, "id"),
            version=_whole(value, "version", 0),
            kinds=_texts(value, "kinds"),
            steps=tuple(_step(one) for one in value.get("steps") or ()),
            take_up=_whole(value, "take_up", 5),
            terms=_text(value, "terms", "general-terms"),
            terms_version=_whole(value, "terms_version", 1),
            duration=_whole(value, "duration", 365),
            at_once=_flag(value, "at_once", True),
            external=_elsewhere(value) if outside else None,
        )
    except (TypeError, AttributeError) as error:
        raise InvalidInput(f"a workflow cannot be read: {error}") from error
    return checked(made)


def _elsewhere(value: Mapping[str, Any]) -> External:
    """A name that is given as nothing counts as not given."""
    url, email = (_text(value, name, "") or None for name in ("url", "email"))
    return External(url, email)


def _step(value: Mapping[str, Any]) -> Step:
    name = _text(value, "name")
    usual = STEP_PARTS.get(name, ("",))[0]
    when = _texts(value, "when") if "when" in value else (ALWAYS,)
    part, on_fail = _text(value, "part", usual), _text(value, "on_fail", DECIDE)
    return Step(name, part, _whole(value, "days", 0), when, on_fail)


def _text(value: Mapping[str, Any], name: str, default: str | None = None) -> str:
    found = value.get(name)
    if found is None:
        found = default
    if not isinstance(found, str):
        raise TypeError(f"{name} must be text")
    return found


def _texts(value: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = value.get(name, ())
    if not isinstance(found, list | tuple) or not all(isinstance(one, str) for one in found):
        raise TypeError(f"{name} must be a list of texts")
    return tuple(found)


def _whole(value: Mapping[str, Any], name: str, default: int) -> int:
    found = value.get(name, default)
    if not isinstance(found, int) or isinstance(found, bool):
        raise TypeError(f"{name} must be a whole number")
    return found


def _flag(value: Mapping[str, Any], name: str, default: bool) -> bool:
    found = value.get(name, default)
    if not isinstance(found, bool):
        raise TypeError(f"{name} must be true or false")
    return found
