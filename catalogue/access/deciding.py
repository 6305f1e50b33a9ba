"""From what somebody wants to what happens: events, or a refusal. Pure: the moment is passed in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from catalogue.access import commands as c
from catalogue.access.allowing import RULES, admit
from catalogue.access.book import Book
from catalogue.access.clocks import due_of, left, overdue
from catalogue.access.folding import evolve, forms_data, next_step, resource_data, told
from catalogue.access.model import (
    Audience,
    Event,
    Filled,
    Kind,
    Leg,
    LegState,
    Part,
    Request,
    Resource,
)
from catalogue.access.parts import APPLICANT_SIDE, SYSTEM, parts
from catalogue.access.terms import Terms
from catalogue.access.workflow import MOST_DAYS, REJECT, Workflow, kind_of, traits
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound
from catalogue.people import Person

MOST_TEXT = 10_000  # characters of a reason, comment or condition
MOST_TITLE = 300
MOST_RESOURCES = 100
MOST_INVITED = 20
MOST_ATTACHMENTS = 50
MOST_ANSWERS = 262_144  # bytes of one part's answers as JSON


def decide(
    request: Request | None,
    command: c.Command,
    actor: Person,
    now: datetime,
    book: Book,
    filled: Mapping[str, Filled] | None = None,
) -> tuple[Event, ...]:
    """The events that follow when the actor wants this at that moment; none of them is stored.

    `request` is None for Create only. `book` knows the workflows of the holders that are concerned;
    `filled`, by leg, what its forms make of its answers.

    Raises: Forbidden where the actor may not, whatever the state; Conflict where the state does not let
    them; InvalidInput where what they gave cannot be used; NotFound for a leg or thing in it that there
    is not.
    """
    if isinstance(command, c.Create):
        return _create(command, actor, now, book)
    if request is None:
        raise NotFound("there is no such request")
    scene = Scene(request, command, actor, now, book, filled or {})
    return tuple(_DECIDERS[type(command)](scene))


@dataclass(slots=True)
class Scene:
    """One act while it is decided on. `request` goes along with the events that were said."""

    request: Request
    command: Any
    actor: Person
    now: datetime
    book: Book
    filled: Mapping[str, Filled] = field(default_factory=dict)

    def say(
        self, kind: Kind, part: Part, leg: str | None = None, data: Mapping[str, Any] | None = None
    ) -> Event:
        """The next event."""
        event = Event(
            self.request.id,
            self.request.version + 1,
            self.now,
            self.actor.id,
            part,
            kind,
            leg,
            data or {},
        )
        self.request = evolve(self.request, event)
        return event

    def leg(self, leg_id: str | None = None) -> Leg:
        """The leg that the command names. Raises: NotFound; Forbidden to who may not know."""
        wanted = leg_id or self.command.leg
        found = self.request.leg(wanted)
        if found is None:
            if parts(self.request, None, self.actor) & {*APPLICANT_SIDE, Part.SYSTEM}:
                raise NotFound(f"request {self.request.id} has no leg {wanted!r}")
            raise Forbidden(f"{self.command.name} is not for you")
        return found

    def workflow(self, leg: Leg) -> Workflow:
        """The workflow that the leg is under."""
        if leg.workflow_version is None:
            return self.book.last(leg.holder, leg.workflow)
        return self.book.at(leg.holder, leg.workflow, leg.workflow_version)

    def terms(self, leg: Leg) -> Terms:
        """The text that is to be accepted for the leg."""
        if leg.workflow_version is None:
            return self.workflow(leg).to_accept
        return self.book.terms(leg.holder, leg.workflow, leg.workflow_version, leg.terms)

    def admit(self, leg: Leg) -> Part:
        return admit(self.request, leg, type(self.command), self.actor, self.workflow(leg))

    def admit_to_request(self) -> Part:
        """As what the actor may do this to the request as a whole: to one of its legs."""
        return self.admit_any(self.request.legs)[0]

    def admit_any(self, legs: Sequence[Leg]) -> tuple[Part, tuple[Leg, ...]]:
        """The part, and those of the legs that it can be done to. Raises: as `admit` of the last leg
        where there is none; Forbidden, Conflict."""
        able: list[tuple[Part, Leg]] = []
        last: Exception | None = None
        for leg in legs:
            try:
                able.append((self.admit(leg), leg))
            except (Forbidden, Conflict) as error:
                last = error
        if last is not None and not able:
            raise last
        if not able:
            return self._admit_to_empty(), ()
        return able[0][0], tuple(leg for _part, leg in able)

    def _admit_to_empty(self) -> Part:
        mine = parts(self.request, None, self.actor)
        found = [one for one in RULES[type(self.command)].who if one in mine]
        if not found:
            raise Forbidden(f"{self.command.name} is not for you")
        return found[0]


Decider = Callable[[Scene], Iterator[Event]]

# --- the applicant's side -------------------------------------------------------------------------------


def _create(command: c.Create, actor: Person, now: datetime, book: Book) -> tuple[Event, ...]:
    if actor is SYSTEM or actor.disabled:
        raise Forbidden("create is for persons who are signed in")
    data = {
        "title": _short(command.title),
        "organisation": actor.organisation,
        "answers": _answers(command.answers),
        "copied_from": command.copied_from,
    }
    first = Event(command.id, 1, now, actor.id, Part.APPLICANT, Kind.CREATED, None, data)
    scene = Scene(evolve(None, first), command, actor, now, book)
    events = [first, *(_add(scene, Part.APPLICANT, one) for one in command.resources)]
    for leg_id, answers in command.leg_answers.items():
        if scene.request.leg(leg_id) is not None:
            said = {"answers": _answers(answers)}
            events.append(scene.say(Kind.ANSWERED, Part.APPLICANT, leg_id, said))
    return tuple(events)


def copied(old: Request, actor: Person, fresh: str, resources: Sequence[Resource]) -> c.Create:
    """The command that makes a copy under a fresh id, for those resources that can be asked for still.
    Raises: Forbidden; Conflict where there are none."""
    if not parts(old, None, actor) & set(APPLICANT_SIDE):
        raise Forbidden("copy is for applicant, invited, member or representative, not for you")
    if not resources:
        raise Conflict("copy: nothing of what was asked for can be asked for any more")
    answers = {leg.id: leg.answers for leg in old.legs if leg.answers}
    return c.Create(fresh, old.title, tuple(resources), old.answers, answers, old.id)


def _add_resource(scene: Scene) -> Iterator[Event]:
    part = scene.admit_to_request()
    if not scene.request.draft:
        raise Conflict("add-resource: the request was submitted; start another for more")
    yield _add(scene, part, scene.command.resource)


def _add(scene: Scene, part: Part, resource: Resource) -> Event:
    known = {one.page_id for one in scene.request.resources}
    if resource.page_id in known:
        raise Conflict(f"{resource.page_id} is in the request already")
    if len(known) >= MOST_RESOURCES:
        raise Conflict(
            f"a request takes at most {MOST_RESOURCES} resources; start another for more"
        )
    workflow = scene.book.current(resource.holder, kind_of(resource.type, resource.service))
    data: dict[str, Any] = {"resource": resource_data(resource), "workflow": workflow.id}
    if workflow.external is not None:
        data["external"] = asdict(workflow.external)
    return scene.say(Kind.RESOURCE_ADDED, part, f"{resource.holder}.{workflow.id}", data)


def _remove_resource(scene: Scene) -> Iterator[Event]:
    part, page_id = scene.admit_to_request(), scene.command.page_id
    if not scene.request.draft:
        raise Conflict("remove-resource: the request was submitted; withdraw the leg instead")
    for leg in scene.request.legs:
        if page_id in {one.page_id for one in leg.resources}:
            yield scene.say(Kind.RESOURCE_REMOVED, part, leg.id, {"page_id": page_id})
            return
    raise NotFound(f"{page_id[:80]!r} is not in request {scene.request.id}")


def _save_answers(scene: Scene) -> Iterator[Event]:
    command: c.SaveAnswers = scene.command
    part = _admit_edit(scene)
    data: dict[str, Any] = {"answers": _answers(command.answers)}
    if command.title is not None:
        data["title"] = _short(command.title)
    yield scene.say(Kind.ANSWERED, part, command.leg, data)


def _admit_edit(scene: Scene) -> Part:
    leg_id = scene.command.leg
    return scene.admit_to_request() if leg_id is None else scene.admit(scene.leg(leg_id))


def _attach(scene: Scene) -> Iterator[Event]:
    part, attachment = _admit_edit(scene), scene.command.attachment
    if len(scene.request.attachments) >= MOST_ATTACHMENTS:
        raise Conflict(f"a request takes at most {MOST_ATTACHMENTS} attachments")
    if attachment.id in {one.id for one in scene.request.attachments}:
        raise Conflict(f"attachment {attachment.id} is there already")
    data = asdict(attachment) | {"at": told(attachment.at)}
    yield scene.say(Kind.ATTACHED, part, attachment.leg, {"attachment": data})


def _detach(scene: Scene) -> Iterator[Event]:
    request, wanted = scene.request, scene.command.attachment
    found = next((one for one in request.attachments if one.id == wanted), None)
    legs = request.legs if found is None or found.leg is None else (scene.leg(found.leg),)
    part, _able = scene.admit_any(legs)
    if found is None:
        raise NotFound(f"request {request.id} has no attachment {wanted[:80]!r}")
    yield scene.say(Kind.DETACHED, part, found.leg, {"attachment": wanted})


def _invite(scene: Scene) -> Iterator[Event]:
    part, party = scene.admit_to_request(), scene.command.party
    if party.person in {one.person for one in scene.request.parties}:
        raise Conflict(f"{party.person} works on request {scene.request.id} already")
    if len(scene.request.invited) >= MOST_INVITED:
        raise Conflict(f"at most {MOST_INVITED} persons can be invited to a request")
    yield scene.say(Kind.INVITED, part, None, asdict(party))


def _named_or_all(scene: Scene) -> tuple[Part, tuple[Leg, ...]]:
    """What the actor is to the leg that the command names, and that leg; without one, to all that the
    command is possible for."""
    if scene.command.leg is None:
        return scene.admit_any(scene.request.legs)
    leg = scene.leg()
    return scene.admit(leg), (leg,)


def _submit(scene: Scene) -> Iterator[Event]:
    part, legs = _named_or_all(scene)
    if not legs:
        raise Conflict("submit: nothing is asked for; add a dataset or an offer first")
    for leg in legs:
        yield _hand_in(scene, part, leg)


def _hand_in(scene: Scene, part: Part, leg: Leg) -> Event:
    fresh = leg.state is LegState.DRAFT
    workflow = scene.book.last(leg.holder, leg.workflow) if fresh else scene.workflow(leg)
    if workflow.external is not None:
        elsewhere = {"state": LegState.REFERRED.value, "external": asdict(workflow.external)}
        return scene.say(Kind.REFERRED, part, leg.id, elsewhere)
    filled = scene.filled.get(leg.id, Filled())
    steps = needed_steps(scene.request, leg, workflow, filled)
    state, due = LegState.SUBMITTED, due_of(workflow, LegState.SUBMITTED, scene.now)
    if leg.back_to is not None:
        state, due = _resume(scene, leg, workflow, steps)
    data = {
        "state": state.value,
        "due": told(due),
        "steps": [one.value for one in steps],
        "workflow_version": workflow.version,
        "terms": workflow.to_accept.key,
        "terms_sha256": workflow.to_accept.sha256,
        "asked": None if filled.asked is None else sorted(filled.asked),
        "forms": forms_data(filled.forms),
    }
    return scene.say(Kind.SUBMITTED if fresh else Kind.RESUBMITTED, part, leg.id, data)


def _resume(
    scene: Scene, leg: Leg, workflow: Workflow, steps: Sequence[LegState]
) -> tuple[LegState, datetime]:
    """Where a returned leg goes on: at the first step that is not behind, which may be one that the new
    answers make needed; with what was left where it is the step that it was returned from."""
    state = LegState.SUBMITTED
    if leg.back_to is not LegState.SUBMITTED:
        state = next_step(steps, (*leg.passed, *leg.failed))
    if state is leg.back_to and leg.left is not None:
        return state, scene.now + leg.left
    return state, due_of(workflow, state, scene.now)


def needed_steps(
    request: Request, leg: Leg, workflow: Workflow, filled: Filled
) -> tuple[LegState, ...]:
    """The steps that a leg goes through, from what it asks for and what is answered and flagged now."""
    sectors = {one for resource in leg.resources for one in resource.sectors}
    kinds = {kind_of(one.type, one.service) for one in leg.resources}
    shared = filled.shared(request.answers)
    found = traits(sectors, kinds, filled.flags, shared, leg.answers)
    return tuple(LegState(name) for name in workflow.needed(found))


def _withdraw(scene: Scene) -> Iterator[Event]:
    part, legs = _named_or_all(scene)
    if not legs:
        raise Conflict("withdraw: nothing is asked for")
    reason = _text("reason", scene.command.reason, needed=False)
    for leg in legs:
        yield _end(scene, Kind.WITHDRAWN, part, leg, LegState.WITHDRAWN, reason)


def _accept_terms(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    if leg.terms_accepted is not None:
        raise Conflict(f"accept-terms: {leg.terms_accepted} was accepted already")
    if scene.command.terms != leg.terms:
        raise Conflict(
            f"accept-terms: the terms of this leg are {leg.terms}; read and accept those"
        )
    accepted = {"terms": leg.terms, "terms_sha256": scene.terms(leg).sha256}
    yield scene.say(Kind.TERMS_ACCEPTED, part, leg.id, accepted)
    if scene.workflow(leg).at_once:
        yield _activation(scene, part, leg)


def _close(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    reason = _text("reason", scene.command.reason, needed=part is Part.HANDLER)
    yield _end(scene, Kind.CLOSED, part, leg, LegState.CLOSED, reason)


# --- the holder's side ----------------------------------------------------------------------------------


def _take_up(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    yield _go_on(scene, Kind.TAKEN_UP, part, leg, next_step(leg.steps, leg.passed), {})


def _pass_step(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    following = next_step(leg.steps, (*leg.passed, *leg.failed, leg.state))
    data = {"step": leg.state.value, "note": _text("note", scene.command.note, needed=False)}
    yield _go_on(scene, Kind.PASSED, part, leg, following, data)


def _fail_step(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part, reason = scene.admit(leg), _text("reason", scene.command.reason)
    data = {"step": leg.state.value, "reason": reason}
    step = scene.workflow(leg).step(leg.state.value)
    if step is not None and step.on_fail == REJECT:
        ended = {**data, "state": LegState.REJECTED.value}
        yield scene.say(Kind.FAILED, part, leg.id, ended)
        return
    following = next_step(leg.steps, (*leg.passed, *leg.failed, leg.state))
    yield _go_on(scene, Kind.FAILED, part, leg, following, data)


def _go_on(
    scene: Scene, kind: Kind, part: Part, leg: Leg, state: LegState, data: Mapping[str, Any]
) -> Event:
    due = due_of(scene.workflow(leg), state, scene.now)
    return scene.say(kind, part, leg.id, {**data, "state": state.value, "due": told(due)})


def _return(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part, comment = scene.admit(leg), _text("comment", scene.command.comment)
    rest = left(leg, scene.now)
    data = {
        "state": LegState.RETURNED.value,
        "step": leg.state.value,
        "comment": comment,
        "left": None if rest is None else rest.total_seconds(),
    }
    yield scene.say(Kind.RETURNED, part, leg.id, data)


def _approve(scene: Scene) -> Iterator[Event]:
    yield _approval(scene, Kind.APPROVED, LegState.APPROVED, {})


def _approve_with_conditions(scene: Scene) -> Iterator[Event]:
    state = LegState.APPROVED_WITH_CONDITIONS
    leg = scene.leg()
    scene.admit(leg)
    conditions = {"conditions": _text("conditions", scene.command.conditions)}
    yield _approval(scene, Kind.APPROVED_WITH_CONDITIONS, state, conditions)


def _approval(scene: Scene, kind: Kind, state: LegState, more: Mapping[str, Any]) -> Event:
    leg = scene.leg()
    part, lasts = scene.admit(leg), _lasting(scene, leg)
    reason = _text("reason", scene.command.reason, needed=bool(leg.failed))
    return scene.say(kind, part, leg.id, {**more, "state": state.value, "reason": reason, **lasts})


def _lasting(scene: Scene, leg: Leg) -> dict[str, Any]:
    """How long access is to last: so many days once it begins, or until a moment. Raises: InvalidInput."""
    days, until = scene.command.days, scene.command.until
    if until is None:
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInput(f"days: an entitlement lasts 1 to {MOST_DAYS} days")
        return {"days": scene.workflow(leg).duration if days is None else days}
    if days is not None:
        raise InvalidInput("until: give days or until, not both")
    if not scene.now < until <= scene.now + timedelta(days=MOST_DAYS):
        raise InvalidInput(f"until: a moment to come, {MOST_DAYS} days from now at the latest")
    return {"until": told(until.astimezone(UTC))}


def _reject(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part, reason = scene.admit(leg), _text("reason", scene.command.reason)
    data = {"state": LegState.REJECTED.value, "reason": reason}
    yield scene.say(Kind.REJECTED, part, leg.id, data)


def _activate(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    if leg.terms_accepted is None:
        raise Conflict(
            f"activate: the applicant has not accepted {leg.terms} yet; nothing is given before"
        )
    yield _activation(scene, part, leg)


def _activation(scene: Scene, part: Part, leg: Leg) -> Event:
    """Raises: Conflict where access was to last until a moment that is past."""
    ends = leg.until or scene.now + timedelta(days=leg.days)
    if ends <= scene.now:
        raise Conflict(
            f"{scene.command.name}: access was granted until {told(ends)}, which is past;"
            " ask for it anew"
        )
    data = {
        "state": LegState.ACTIVE.value,
        "ends": told(ends),
        "entitled": [asdict(one) for one in scene.request.parties],
    }
    return scene.say(Kind.ACTIVATED, part, leg.id, data)


def _revoke(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part, reason = scene.admit(leg), _text("reason", scene.command.reason)
    yield _end(scene, Kind.REVOKED, part, leg, LegState.REVOKED, reason)


def _end(scene: Scene, kind: Kind, part: Part, leg: Leg, state: LegState, reason: str) -> Event:
    return scene.say(kind, part, leg.id, {"state": state.value, "reason": reason})


def _assign(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    yield scene.say(Kind.ASSIGNED, part, leg.id, {"person": scene.command.person})


def _comment(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part, text = scene.admit(leg), _text("text", scene.command.text)
    audience: Audience = scene.command.audience
    if audience is Audience.INTERNAL and part in APPLICANT_SIDE:
        raise Forbidden("comment: internal comments are for the holder's staff")
    yield scene.say(Kind.COMMENTED, part, leg.id, {"audience": audience.value, "text": text})


# --- the catalogue itself -------------------------------------------------------------------------------


def _expire(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    if leg.ends is None or scene.now < leg.ends:
        raise Conflict(f"expire: the leg of {leg.holder} lasts until {told(leg.ends)}")
    yield _end(scene, Kind.EXPIRED, part, leg, LegState.EXPIRED, "")


def _note_overdue(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    if leg.overdue_told or not overdue(leg, scene.now):
        raise Conflict(f"note-overdue: the leg of {leg.holder} is not overdue, or that was noted")
    yield scene.say(Kind.OVERDUE, part, leg.id, {"step": leg.state.value, "due": told(leg.due)})


def _withdraw_resource(scene: Scene) -> Iterator[Event]:
    leg, page_id = scene.leg(), scene.command.page_id
    part = scene.admit(leg)
    if page_id not in {one.page_id for one in leg.resources}:
        raise Conflict(f"withdraw-resource: {page_id} is not asked for in leg {leg.id}")
    yield scene.say(Kind.RESOURCE_WITHDRAWN, part, leg.id, {"page_id": page_id})
    if len(leg.resources) == 1 and leg.state is not LegState.DRAFT:
        reason = "all that was asked for was withdrawn from the catalogue"
        yield _end(scene, Kind.CLOSED, part, leg, LegState.CLOSED, reason)


def _remove_holder(scene: Scene) -> Iterator[Event]:
    leg = scene.leg()
    part = scene.admit(leg)
    reason = f"{leg.holder} is no member of the federation any more"
    yield _end(scene, Kind.CLOSED, part, leg, LegState.CLOSED, reason)


_DECIDERS: Mapping[type, Decider] = {
    c.AddResource: _add_resource,
    c.RemoveResource: _remove_resource,
    c.SaveAnswers: _save_answers,
    c.Attach: _attach,
    c.Detach: _detach,
    c.Invite: _invite,
    c.Submit: _submit,
    c.TakeUp: _take_up,
    c.PassStep: _pass_step,
    c.FailStep: _fail_step,
    c.Return: _return,
    c.Approve: _approve,
    c.ApproveWithConditions: _approve_with_conditions,
    c.Reject: _reject,
    c.AcceptTerms: _accept_terms,
    c.Activate: _activate,
    c.Revoke: _revoke,
    c.Withdraw: _withdraw,
    c.Close: _close,
    c.Assign: _assign,
    c.AddComment: _comment,
    c.Expire: _expire,
    c.NoteOverdue: _note_overdue,
    c.WithdrawResource: _withdraw_resource,
    c.RemoveHolder: _remove_holder,
}

# --- what is said -----------------------------------------------------------------------------------------


def _text(name: str, text: str, *, needed: bool = True) -> str:
    """Raises: InvalidInput where it is too long, or empty and needed."""
    found = _plain(name, text).strip()
    if needed and not found:
        raise InvalidInput(f"{name}: say why or what; it cannot be empty")
    if len(found) > MOST_TEXT:
        raise InvalidInput(f"{name}: at most {MOST_TEXT} characters, not {len(found)}")
    return found


def _plain(name: str, text: str) -> str:
    """Raises: InvalidInput for what no database keeps."""
    if "\0" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise InvalidInput(f"{name}: it holds characters that are no text")
    return text


def _short(title: str) -> str:
    found = " ".join(_plain("title", title).split())
    if len(found) > MOST_TITLE:
        raise InvalidInput(f"title: at most {MOST_TITLE} characters, not {len(found)}")
    return found


def _answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    try:
        size = len(json.dumps(answers, ensure_ascii=False, allow_nan=False).encode("utf-8"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"answers: they must be plain JSON values: {error}") from error
    if size > MOST_ANSWERS:
        raise InvalidInput(f"answers: at most {MOST_ANSWERS} bytes, not {size}")
    return dict(answers)
