"""The demo's desk: the people, holders and requests of `desk.toml`, put there through HTTP alone.

What is there already is left as it is: persons are known by their names, requests by their titles, and each act
carries a key of its own, so that a start which was cut short is taken up by the next.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from deploy.demo.records import Member

STORY = Path(__file__).with_name("desk.toml")
PATIENCE = 180.0  # seconds until the rest is left to the next start
ROLES = {
    "handler": ("handler",),
    "reviewer": ("reviewer-technical", "reviewer-ethics", "reviewer-legal"),
    "decider": ("decider", "allocator"),
}
"""Who works for each holder, and in which roles."""
BEFORE_DECISION = ("submitted", "eligibility", "technical", "ethics", "legal")
SEES_TO = {"submitted": "handler", "eligibility": "handler"}  # other steps are the reviewer's
AFTER = {"active": ("expired", "closed", "revoked"), "expired": ("active", "approved", "closed")}
"""Where else a request may stand that was played: what follows by time or by who tries the demo; and what was
granted for seconds may be there still, or never have been accepted in time."""
BUSY = HTTPStatus.TOO_MANY_REQUESTS
OFFER = "offer "  # how the id of an offer is told from a record of a member
_CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')

Json = Any
Told = Mapping[str, Any]


class Unfilled(Exception):
    """The desk could not be filled; says where and why in one line."""

    def __str__(self) -> str:
        return " ".join(super().__str__().split())


def story() -> dict[str, Any]:
    """What `desk.toml` tells."""
    return tomllib.loads(STORY.read_text(encoding="utf-8"))


def studies(told: Told) -> list[dict[str, Any]]:
    """A request for each study and variant, as `request` has them: every sector in every state."""
    return [_study(one, each) for one in told["study"] for each in told["variant"]]


def _study(one: Told, variant: Told) -> dict[str, Any]:
    state = variant["ends"]
    record = one["elsewhere"] if state == "referred" else one["asks"]
    holder = record.partition("/")[0]
    names = {"applicant": one["by"], "holder": holder}
    acts = []
    for who, name, *more in variant["acts"]:
        first, *part = who.split()
        acts.append([" ".join([names[first], *part]), name, *more])
    return {
        "key": f"{one['sector']}-{state}",
        "by": one["by"],
        "title": f"{one['title']}: {variant['title']}",
        "about": one["about"],
        "resources": [record],
        "asked": ["data", one["sector"]],
        "acts": acts,
        "ends": {holder: state},
    }


def fill(
    base: str, invented: Sequence[Member], known: Sequence[Told], *, grid: bool = False
) -> int:
    """Put on the desk what the story has and the desk has not, or all its studies where the `grid` is asked
    for; return how many requests were played.

    `known` are the persons whom the catalogue knows, as `aicat person list` tells them.

    Raises: Unfilled.
    """
    try:
        told = story()
        return _fill(base, told, studies(told) if grid else told["request"], invented, known)
    except (LookupError, TypeError, ValueError) as error:
        raise Unfilled(f"an answer was not as expected: {error!r}") from error


def _fill(
    base: str,
    told: Told,
    requests: Sequence[Told],
    invented: Sequence[Member],
    known: Sequence[Told],
) -> int:
    cast = Cast(base, told, known)
    _prepare(cast, told)
    standing = _standing(cast.person("auditor"))
    wanted = [one for one in requests if not _is_played(one, standing)]
    if wanted:
        if missing := cast.missing():
            print(f"filling the desk: {len(missing)} people ...", flush=True)
        for name in missing:
            cast.person(name)
        print(f"filling the desk: {len(wanted)} requests for access ...", flush=True)
        pages = Pages(cast, invented)
        for one in wanted:
            _play(cast, pages, told, one, standing.get(one["title"]))
    cast.leave()
    return len(wanted)


# --- holders and organisations -------------------------------------------------------------------


def _prepare(cast: Cast, told: Told) -> None:
    """Say how holders decide, what they ask, and which organisations there are, where it was not said."""
    steward = cast.person("steward")
    there = {one["id"] for one in _every(steward, "/api/v1/organisations")}
    for one in told["organisation"]:
        if one["id"] not in there and "account" not in one:
            body = {name: one[name] for name in ("name", "country", "kind")}
            steward.send("PUT", f"/api/v1/organisations/{one['id']}", body)
    for one in told["workflow"]:
        address = f"/api/v1/workflows/{one['holder']}/{one['id']}"
        if steward.get(address)["version"] == 0:
            body = {name: value for name, value in one.items() if name not in {"holder", "id"}}
            steward.send("PUT", address, body)
    forms = {one["id"] for one in _every(steward, "/api/v1/forms")}
    for one in told["form"]:
        if one["id"] not in forms:
            steward.send("POST", "/api/v1/forms", one)


def _standing(auditor: Browser) -> dict[str, dict[str, Any]]:
    """Every request by its title, the oldest of several, with the state of its leg at each holder."""
    found: dict[str, dict[str, Any]] = {}
    rows = _every(auditor, "/api/v1/access-requests", all="true")
    for one in sorted(rows, key=lambda row: str(row["created"]), reverse=True):
        found[one["title"]] = {**one, "states": {}}
    ids = {one["id"]: one for one in found.values()}
    for leg in _every(auditor, "/api/v1/access-requests/legs"):
        if leg["request"] in ids:
            ids[leg["request"]]["states"][leg["holder"]] = leg["state"]
    return found


def _is_played(one: Told, standing: Mapping[str, Told]) -> bool:
    """Whether the request stands as the story leaves it, or has gone on from there.

    Legs that are drafts, or referred to their holder's own procedure, are in no list of legs: there the
    request itself tells.
    """
    there = standing.get(one["title"])
    return there is not None and all(
        there["states"].get(holder, there["state"]) in {state, *AFTER.get(state, ())}
        for holder, state in one["ends"].items()
    )


# --- one request ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """One request of the story on its way: `legs` are the ids of its legs, by holder."""

    cast: Cast
    key: str
    address: str
    legs: Mapping[str, str]
    answers: Told

    def act(self, number: int, who: str, name: str, more: Any = None) -> None:
        """Do one thing of the story. Raises: Unfilled."""
        key = f"demo-{self.key}-{number}"
        if name == "reach":
            self.reach(self.legs[who], more, key)
            return
        values = dict(more or {})
        if "seconds" in values:
            end = datetime.now(UTC) + timedelta(seconds=values.pop("seconds"))
            values["until"] = end.isoformat()
        if name == "answer":
            self.answer(who, {**self.answers, **values}, key)
            return
        only = next(iter(self.legs)) if len(self.legs) == 1 else ""
        leg = self.legs.get(values.pop("holder", who.partition(" ")[0]), self.legs.get(only))
        if name == "accept-terms" and leg:
            values["terms"] = self.leg(who, leg)["terms"]
        self.command(who, {"command": name, **values, **({"leg": leg} if leg else {})}, key)

    def reach(self, leg: str, wanted: str, key: str) -> None:
        """Take a leg up and through its reviews, until it stands at the step that is wanted."""
        holder = leg.rpartition(".")[0]
        for state in BEFORE_DECISION:
            if state == wanted:
                return
            if self.leg(f"{holder} handler", leg)["state"] == state:
                who = f"{holder} {SEES_TO.get(state, 'reviewer')}"
                name = "take-up" if state == "submitted" else "pass-step"
                self.command(who, {"command": name, "leg": leg}, f"{key}-{state}")

    def answer(self, who: str, answers: Json, key: str, leg: str | None = None) -> None:
        """Save answers in the place of those before: the shared ones, or a leg's own."""
        body = {"answers": answers} | ({"leg": leg} if leg else {})
        self.cast.person(who).send("PUT", f"{self.address}/answers", body, key)

    def command(self, who: str, body: Json, key: str) -> None:
        self.cast.person(who).send("POST", f"{self.address}/commands", body, key)

    def leg(self, who: str, leg: str) -> dict[str, Any]:
        """A leg as a person sees it."""
        legs = self.cast.person(who).get(self.address)["legs"]
        found: dict[str, Any] = {one["id"]: one for one in legs}[leg]
        return found


def _play(cast: Cast, pages: Pages, told: Told, one: Told, there: Told | None) -> None:
    """Do all that the story says of a request; what was done already is not done again."""
    applicant = cast.person(one["by"])
    if there is None:
        body = {"resources": [pages.of(name) for name in one["resources"]], "title": one["title"]}
        there = applicant.send("POST", "/api/v1/access-requests", body, f"demo-{one['key']}")
    address = f"/api/v1/access-requests/{there['id']}"
    legs = {leg["holder"]: leg["id"] for leg in applicant.get(address)["legs"]}
    asked = _answers(told, one, date.fromisoformat(str(there["created"])[:10]))
    play = Play(cast, one["key"], address, legs, asked)
    play.answer(one["by"], asked, f"demo-{one['key']}-answers")
    for holder, own in one.get("leg_answers", {}).items():
        play.answer(one["by"], own, f"demo-{one['key']}-{holder}", legs[holder])
    for number, act in enumerate(one["acts"]):
        play.act(number, *act)


def _answers(told: Told, one: Told, first: date) -> dict[str, Any]:
    """The shared answers: those of the forms that the request names, with who asks and for when."""
    person = {each["key"]: each for each in told["person"]}[one["by"]]
    of = {each["id"]: each for each in told["organisation"]}[person["organisation"]]
    words = {
        "title": one["title"],
        "about": one["about"],
        "person": person["name"],
        "organisation": of["name"],
        "kind": of["kind"],
        "country": of["country"],
        "start": (first + timedelta(30)).isoformat(),
        "end": (first + timedelta(395)).isoformat(),
        "later": (first + timedelta(760)).isoformat(),
    }
    found: dict[str, Any] = {}
    for name in ("everybody", *one["asked"]):
        found |= told["answers"][name]
    found |= one.get("answers", {})
    return {name: _worded(value, words) for name, value in found.items()}


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**words)
    if isinstance(value, list):
        return [_worded(one, words) for one in value]
    if isinstance(value, dict):
        return {name: _worded(one, words) for name, one in value.items()}
    return value


class Pages:
    """The page ids of what is asked for: "member/record" of the content, or "offer id"."""

    def __init__(self, cast: Cast, invented: Sequence[Member]) -> None:
        self._reader = cast.person("auditor")
        self._records = {f"{one.id}/{each.id}": each for one in invented for each in one.records}
        closed = {"access": ("restricted", "non-public"), "lang": "en"}
        found = _every(self._reader, "/api/v1/datasets", **closed)
        self._pages = {(one["node"], one["title"]): one["id"] for one in found}

    def of(self, name: str) -> str:
        """Raises: Unfilled where the catalogue has no such record."""
        if name.startswith(OFFER):
            offer = self._reader.get(f"/api/v1/offers/{name.removeprefix(OFFER)}")
            return str(offer["record"]["id"])
        record, node = self._records.get(name), name.partition("/")[0]
        titles = record.title.values() if record else ()
        found = [self._pages[node, text] for text in titles if (node, text) in self._pages]
        if not found:
            raise Unfilled(f"the catalogue has no record {name}; was its portal harvested?")
        return str(found[0])


# --- people --------------------------------------------------------------------------------------


class Cast:
    """The persons of the story, each with a browser of their own once they are needed."""

    def __init__(self, base: str, told: Told, known: Sequence[Told]) -> None:
        self._base = base
        self._until = time.monotonic() + PATIENCE
        self._subjects = {one["name"]: one["subject"] for one in known if one["issuer"] == "local"}
        self._forms = dict(_sign_ins(told))
        self._browsers: dict[str, Browser] = {}

    def missing(self) -> list[str]:
        """The persons whom the catalogue does not know yet."""
        return [
            name
            for name, form in self._forms.items()
            if "account" not in form and form["name"] not in self._subjects
        ]

    def person(self, key: str) -> Browser:
        """The person's browser, signed in; a person who was not there yet is made."""
        if key not in self._browsers:
            form = self._forms[key]
            subject = self._subjects.get(form.get("name", ""))
            sent = {"account": subject} if subject else form
            self._browsers[key] = Browser(self._base, sent, self._until)
        return self._browsers[key]

    def leave(self) -> None:
        """Sign everybody out."""
        for one in self._browsers.values():
            one.leave()


def _sign_ins(told: Told) -> Iterator[tuple[str, dict[str, Any]]]:
    """What each person's form of /sign-in says: an account that is always there, or one to make."""
    for account in ("steward", "auditor"):
        yield account, {"account": account}
    for one in told["person"]:
        made = {"name": one["name"], "role": ["member"], "organisation": one["organisation"]}
        yield one["key"], {"account": one["account"]} if "account" in one else made
    for one in told["staff"]:
        for part, roles in ROLES.items():
            form = {"name": one[part], "role": roles, "node": [one["holder"]]}
            yield f"{one['holder']} {part}", form


class Browser:
    """One person's browser: it signs in, keeps the session's cookie, and sends its mark with changes."""

    def __init__(self, base: str, form: Told, until: float) -> None:
        self._base, self._until = base, until
        # What is asked is on this machine: a proxy of the environment would not reach it.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )
        mark = _CSRF.search(self._ask("GET", "/sign-in").decode())
        sent = {"csrf": mark[1] if mark else "", "next": "/livez", **form}
        self._ask("POST", "/sign-in/local", urlencode(sent, doseq=True).encode())
        self._csrf = str(self.get("/api/v1/me")["csrf"])

    def leave(self) -> None:
        """Sign out. Raises: Unfilled."""
        self._ask("POST", "/sign-out", urlencode({"csrf": self._csrf}).encode())

    def get(self, path: str, **query: Any) -> Json:
        """The JSON at an address. Raises: Unfilled."""
        words = f"?{urlencode(query, doseq=True)}" if query else ""
        return json.loads(self._ask("GET", path + words))

    def send(self, method: str, path: str, body: Json, key: str | None = None) -> Json:
        """The answer to a change, which is done once however often it is sent. Raises: Unfilled."""
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf}
        headers |= {"Idempotency-Key": key} if key else {}
        return json.loads(self._ask(method, path, json.dumps(body).encode(), headers))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of the answer; where too many were asked for at once, that of a later time."""
        address, told = self._base + path, {"Accept": "application/json", **(headers or {})}
        while True:
            asked = urllib.request.Request(address, data=body, method=method, headers=told)
            try:
                with self._opener.open(asked, timeout=self._left()) as answer:
                    found: bytes = answer.read()
                    return found
            except urllib.error.HTTPError as error:
                with error:
                    wait = error.headers.get("Retry-After", "") if error.code == BUSY else ""
                    why = f"{method} {path}: {error.code} {_why(error.read())}"
                if not wait.isdecimal():
                    raise Unfilled(why) from error
                time.sleep(min(int(wait), self._left()))
            except (OSError, HTTPException) as error:
                raise Unfilled(f"{method} {path}: {error}") from error

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unfilled(f"it took longer than {PATIENCE:.0f} s; the next start goes on with it")
        return left


def _every(person: Browser, path: str, **query: Any) -> list[dict[str, Any]]:
    """A list to its end."""
    found: list[dict[str, Any]] = []
    following: dict[str, str] = {}
    while True:
        page = person.get(path, limit=200, **query, **following)
        found += page["items"]
        if not page["next"]:
            return found
        following = {"cursor": page["next"]}


def _why(body: bytes) -> str:
    """What a problem says, in one line."""
    try:
        said = json.loads(body)
    except ValueError:
        return ""
    wrong = [f"{one.get('field')}: {one.get('message')}" for one in said.get("errors") or ()]
    return " ".join([str(said.get("detail") or said.get("title") or ""), *wrong[:3]])
