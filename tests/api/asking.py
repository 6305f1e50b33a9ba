"""A small federation that can be asked for access, its fictional people, and how a form is filled in."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalogue.access.fields import Field, FieldType, Form, Pattern
from catalogue.access.forms import questions, visible
from catalogue.bootstrap import Catalogue, guarded_client, open_journal
from catalogue.ecosystem.registry import Registry
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.home import Keeper
from catalogue.model import Node, Source, page_id
from catalogue.people import HOLDER_ROLES, Grant, Identity, Person, Role, organisation_of
from catalogue.settings import Settings
from tests.api.library import PREFIXES
from tests.api.signing import csrf_of, sign_in

BASE = {"base_url": "https://localhost"}
API = "/api/v1/access-requests"
TESTS = "operator:tests"
ISSUER = "https://idp.example"
HOSPITAL, FLEET, FACTORY = "hospital", "fleet", "lumi-aif"
SCANS, TRACES, HOURS = (
    "https://hospital.example/scans",
    "https://fleet.example/traces",
    "lumi-aif-lumi-fast-lane",  # of the registry that comes with the catalogue
)
OPEN = "https://hospital.example/beds"
FEEDS = {
    HOSPITAL: f"""{PREFIXES}
<{SCANS}> a dcat:Dataset ; dct:title "Chest scans (fictional)"@en ; dcat:theme theme:HEAL ;
  dct:description "Radiographs of patients with findings."@en ; dct:accessRights right:RESTRICTED .
<{OPEN}> a dcat:Dataset ; dct:title "Beds (fictional)"@en ; dcat:theme theme:HEAL ;
  dct:accessRights right:PUBLIC .
""",
    FLEET: f"""{PREFIXES}
<{TRACES}> a dcat:Dataset ; dct:title "Vehicle traces (fictional)"@en ; dcat:theme theme:TRAN ;
  dct:description "Positions of a fleet."@en ; dct:accessRights right:RESTRICTED .
""",
}
SOON = datetime.now(UTC).date() + timedelta(days=30)


def build(folder: Path, *, registry: bool = True) -> Settings:
    """Harvest the feeds of two holders into a data folder, beside the registry; the settings to open it
    with. Without the registry nothing is searchable either."""
    settings = Settings(data_dir=folder / "var", base_url="https://localhost")
    with open_journal(settings) as journal:
        for node, text in FEEDS.items():
            journal.add_node(Node(node, f"The {node} (fictional)", "FI"))
            feed = folder / f"{node}.ttl"
            feed.write_text(text, encoding="utf-8")
            journal.add_source(Source(f"{node}-feed", node, "dcat", feed.as_uri(), {}))
            run = journal.runs.queue(f"{node}-feed")
            carry_out(run.id, journal, guarded_client(settings), worker_name())
        if registry:
            Registry(journal).load()
            with Keeper(settings, journal):
                pass
    return settings


def page_of(iri: str) -> str:
    """The page id of a record of the feeds, or of an offer."""
    if iri == HOURS:
        return page_id(f"{FACTORY}-registry", f"offer/{HOURS}")
    node = next(node for node, text in FEEDS.items() if f"<{iri}>" in text)
    return page_id(f"{node}-feed", iri)


@dataclass
class Signed:
    """A person's browser, which sends what the session's forms send."""

    person: Person
    client: FlaskClient
    csrf: str

    def get(self, address: str, **more: Any) -> TestResponse:
        return self.client.get(address, **BASE, **more)

    def told(self, address: str, **more: Any) -> Any:
        answer = self.get(address, **more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def send(
        self,
        address: str,
        body: Any = None,
        *,
        method: str = "POST",
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        sent = {"X-CSRF-Token": self.csrf, **(headers or {})}
        return self.client.open(address, method=method, json=body or {}, headers=sent, **BASE)

    def command(self, request_id: str, name: str, **values: Any) -> TestResponse:
        return self.send(f"{API}/{request_id}/commands", {"command": name, **values})

    def must(self, request_id: str, name: str, **values: Any) -> Any:
        answer = self.command(request_id, name, **values)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def post(self, address: str, **form: Any) -> TestResponse:
        return self.client.post(address, data={"csrf": self.csrf, **form}, **BASE)


class Cast:
    """People of the federation, each with a browser of their own."""

    def __init__(self, here: Catalogue, new_client: Any, *, reached: bool = False) -> None:
        """`reached`: everybody has an address, <name>@people.example."""
        self._here, self._new_client, self._reached = here, new_client, reached
        known = {one.id for one in here.journal.people.organisations()}
        for name in ("acme", "other"):
            if name not in known:
                made = organisation_of(name, f"{name.title()} (fictional)", "FI", "start-up")
                here.journal.people.add_organisation(made, TESTS)

    def person(self, name: str, *grants: Grant) -> Signed:
        people = self._here.journal.people
        address = f"{name}@people.example" if self._reached else None
        known = Identity(ISSUER, name, f"{name.title()} (fictional)", address)
        made = people.admit(known, (), datetime.now(UTC))
        for grant in grants:
            made = people.grant(made.id, grant, TESTS)
        client: FlaskClient = self._new_client()
        sign_in(client, self._here.journal, made.id)
        return Signed(made, client, csrf_of(client))

    def applicant(self, name: str = "ada") -> Signed:
        return self.person(name, Grant(Role.MEMBER, "acme"))

    def staff(self, holder: str, *roles: Role) -> Signed:
        held = roles or HOLDER_ROLES
        name = "-".join([holder, *(one.value for one in roles)])
        return self.person(name, *(Grant(one, holder) for one in held))


# --- forms ----------------------------------------------------------------------------------------


def filled(forms: Sequence[Form], **given: Any) -> dict[str, Any]:
    """Good answers to all that the forms require, files left out; `given` (by id, _ for -) beats them."""
    answers: dict[str, Any] = {name.replace("_", "-"): value for name, value in given.items()}
    for _round in range(8):
        shown = visible(forms, answers)
        missing = [
            one
            for one in questions(forms)
            if one.id in shown and one.id not in answers and one.required
        ]
        if not missing:
            return answers
        answers |= {one.id: answer_to(one) for one in missing}
    raise AssertionError("the forms ask on and on")


def answer_to(one: Field) -> Any:
    """A good answer, and one that leads to no further question where there is one."""
    ids = [at.id for at in one.options]
    match one.type:
        case FieldType.OPTION:
            return next(
                (at for at in ("no", "none", "not-needed", "anonymised") if at in ids), ids[0]
            )
        case FieldType.MULTI_OPTION:
            return ids if one.acknowledge else ids[:1]
        case FieldType.DATE:
            return SOON.isoformat()
        case FieldType.NUMBER:
            return one.minimum or 10
        case FieldType.EMAIL:
            return "desk@acme.example"
        case FieldType.TELEPHONE:
            return "+358 40 0000000"
        case FieldType.TABLE:
            cells = ((at, at.options[0].id if at.options else None) for at in one.columns)
            return [{at.id: chosen or _COLUMNS.get(at.type, "Some text") for at, chosen in cells}]
    return {Pattern.COUNTRY: "FI", Pattern.URL: "https://acme.example"}.get(
        one.pattern,  # type: ignore[call-overload]
        "As this test says",
    )


_COLUMNS = {FieldType.EMAIL: "desk@acme.example", FieldType.DATE: SOON.isoformat()}
_NUMBERS = itertools.count(1)


def fresh(name: str = "n") -> str:
    """A name that nothing else has."""
    return f"{name}{next(_NUMBERS)}"


def all_answers(here: Catalogue, view: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """Good answers to every shared form that a draft, as the API tells it, is asked."""
    from catalogue.desk.filling import legs_forms

    request = here.journal.requests.load(str(view["id"]))
    available = here.journal.forms.current()
    found: dict[str, Form] = {}
    for leg in request.legs:
        found |= {one.id: one for one in legs_forms(leg, available).shared}
    return filled(list(found.values()), **given)
