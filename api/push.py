"""The push API: one record, many records, harvest now, and what became of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Blueprint as FlaskBlueprint
from flask import Response, current_app, request
from marshmallow import EXCLUDE, Schema, fields, validate
from werkzeug.exceptions import (
    BadRequest,
    ClientDisconnected,
    LengthRequired,
    RequestEntityTooLarge,
    UnprocessableEntity,
    UnsupportedMediaType,
)

from api.context import catalogue, json_answer
from api.datasets import finding_json, next_link
from api.federation import readable_run
from api.keys import writable
from api.problems import problem
from api.schemas import Anything, Listed, PagingQuery, StrictBlueprint
from catalogue.ecosystem.registry import holds_sheets
from catalogue.errors import (
    Conflict,
    InvalidInput,
    InvalidParameter,
    Unavailable,
)
from catalogue.harvest.preview import title_of
from catalogue.harvest.pushed import LINES, LONGEST, fault_of_key
from catalogue.harvest.receiving import Told, receive
from catalogue.harvest.registry import PUSH
from catalogue.harvest.single import Readers, page_of
from catalogue.model import AccessKey, Outcome, Run, Source, Waiting, page_id, run_json
from catalogue.rdf.formats import BY_MEDIA_TYPE

READERS, PLACES = "aicat-readers", "aicat-pushes"
LINES_TYPES = frozenset(
    {LINES, "application/ndjson", "application/jsonl", "application/x-jsonlines"}
)
ENDLESS = 2**62  # bytes; of no limit Flask makes that of other requests
LISTED = ("created", "updated", "unchanged", "quarantined", "failed", "ignored")

KEYED = [{"key": list[str]()}]
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_RDF = dict.fromkeys(BY_MEDIA_TYPE, _BINARY)

blueprint = StrictBlueprint(
    "push", __name__, url_prefix="/api/v1", description="What nodes send: records, many or one"
)


class Places:
    """So many pushes are taken in at once, as each keeps a thread for as long as it lasts."""

    def __init__(self, number: int) -> None:
        self._places = threading.Semaphore(number)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A place, for as long as it lasts. Raises: Unavailable where none is free."""
        if not self._places.acquire(blocking=False):
            raise Unavailable("too many pushes come at once; send it again", 10)
        try:
            yield
        finally:
            self._places.release()


class PushHeaders(Schema):
    class Meta:
        unknown = EXCLUDE

    name = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=validate.Regexp(
            r"[ -~]{1,200}\Z", error="write 1 to 200 printable characters of ASCII"
        ),
        metadata={"description": "names the push, so that it may be sent again; kept 7 days"},
    )


class PushQuery(Schema):
    complete = fields.Boolean(
        load_default=False,
        metadata={"description": "these are all records of the source: others count as missing"},
    )
    from_line = fields.Integer(
        validate=validate.Range(0, 2**62),
        metadata={"description": "the body begins behind so many lines of the push"},
    )
    lines = fields.Integer(
        validate=validate.Range(0, 2**62),
        metadata={"description": "how many lines the whole push has; less is a cut"},
    )


class ResultsQuery(PagingQuery):
    outcome = fields.List(
        fields.String(validate=validate.OneOf(LISTED)),
        metadata={"description": "only records that ended so; repeatable"},
    )


@blueprint.route("/sources/<source_id>/records/<path:key>", methods=["PUT"])
@blueprint.response(200, Anything)
@blueprint.alt_response(201, description="created; `Location` is the record's page")
@blueprint.alt_response(202, description="stored, and waiting for a steward of the source")
@blueprint.alt_response(409, description="the subject is known under another key")
@blueprint.alt_response(422, description="the body or the key cannot be used; `findings` say why")
@blueprint.doc(security=KEYED, requestBody={"required": True, "content": _RDF})
def put_record(source_id: str, key: str) -> Response:
    """Store one record under a key of its node's choice. The body is RDF of any listed media type, or
    one package of CKAN as JSON; it holds exactly one record, in a catalogue or alone."""
    who, source = _pushed(source_id)
    _check_key(key)
    page = page_of(key, *_body())
    of_node = catalogue().journal.node(source.node).options
    single = _readers().read(source, of_node, page)
    if single.entry is None:
        told = [finding_json(one) for one in single.findings]
        return problem(422, single.fault, findings=told)
    put = catalogue().journal.put(source.id, single.entry, f"key:{who.id}", page)
    if put.outcome is Outcome.IGNORED:
        raise Conflict("this record was erased here for good; nothing was stored")
    answer = json_answer(
        {
            "id": page_id(source.id, key),
            "key": key,
            "outcome": put.outcome.value,
            "waiting": put.waiting,
            "run": put.run.id,
            "findings": [finding_json(one) for one in single.findings],
        }
    )
    answer.status_code = 202 if put.waiting else 201 if put.outcome is Outcome.CREATED else 200
    answer.headers["Location"] = f"/datasets/{page_id(source.id, key)}"
    return answer


@blueprint.route("/sources/<source_id>/records/<path:key>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.doc(security=KEYED)
def delete_record(source_id: str, key: str) -> Response:
    """Withdraw one record at once."""
    who, source = _pushed(source_id)
    _check_key(key)
    catalogue().journal.withdraw(source.id, key, f"key:{who.id}")
    return Response(status=204)


def without_key(source_id: str) -> Response:
    """An address that ends before the record's key. Raises: as `put_record`, and InvalidInput."""
    _pushed(source_id)
    raise InvalidInput(
        f"the address names no record; write its key at the end, as in"
        f" {request.method} /api/v1/sources/{source_id}/records/my-key"
    )


# Told to those who err, and nothing that the OpenAPI offers.
FlaskBlueprint.add_url_rule(
    blueprint,
    "/sources/<source_id>/records",
    "without_key",
    without_key,
    methods=["PUT", "DELETE"],
)


@blueprint.route("/sources/<source_id>/records", methods=["POST"])
@blueprint.arguments(PushQuery, location="query")
@blueprint.arguments(PushHeaders, location="headers")
@blueprint.response(202, Anything)
@blueprint.alt_response(400, description="the body was cut; `accepted_lines` are stored")
@blueprint.alt_response(409, description="`from_line` is behind `accepted_lines`")
@blueprint.alt_response(411, description="a whole feed must say how long it is")
@blueprint.alt_response(422, description="the Idempotency-Key was used with another body")
@blueprint.doc(
    security=KEYED,
    requestBody={"required": True, "content": {LINES: _BINARY, **_RDF}},
)
def push_records(given: dict[str, Any], headers: dict[str, Any], source_id: str) -> Response:
    """Store many records: `application/x-ndjson`, one object of JSON-LD or one package of CKAN a line,
    or an RDF document. 202 says that all of it is stored; the run at `Location` carries it out.

    With an `Idempotency-Key` the same body again is the same push, which the header `Idempotent-Replayed:
    true` says. After a cut `accepted_lines` of the
    run tell where `from_line` may go on."""
    who, source = _pushed(source_id)
    name = headers["name"]
    media_type = _media_type_of_many()
    told = Told(_length(), given.get("from_line"), given.get("lines"))
    pushes = catalogue().journal.pushes
    known = pushes.find(name, [source.id]) if name else []
    whole = known[0].whole if known else given["complete"]
    _check_told(told, media_type, name, whole=whole or given["complete"])
    request.max_content_length = ENDLESS if media_type == LINES else _largest()
    stream = request.stream

    def read(size: int) -> bytes:
        with suppress(ClientDisconnected):
            return stream.read(size)
        return b""

    with _places().taken():
        intake = pushes.begin(
            source.id,
            media_type=media_type,
            key=name,
            whole=given["complete"],
            asked_by=f"key:{who.id}",
        )
        try:
            intake = receive(pushes, intake, read, told)
        except BaseException as error:
            if name is None or isinstance(error, RequestEntityTooLarge):
                pushes.give_up(intake)  # nobody can go on with it
            raise
    answer = _accepted(catalogue().journal.runs.run(intake.run))
    if known and not known[0].open:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


@blueprint.route("/sources/<source_id>/runs", methods=["POST"])
@blueprint.response(202, Anything)
@blueprint.alt_response(409, description="a run is active; `run` is its id")
@blueprint.doc(security=KEYED)
def harvest_now(source_id: str) -> Response:
    """Harvest the source now, by a worker."""
    who, source = writable(source_id)
    if source.kind == PUSH:
        raise InvalidInput(f"source {source.id} is pushed; there is nothing to harvest")
    runs = catalogue().journal.runs
    try:
        return _accepted(runs.queue(source.id, asked_by=f"key:{who.id}"))
    except Conflict as error:
        active = [one for one in runs.recent(source.id, limit=5) if one.active]
        if not active:
            raise
        answer = problem(409, str(error), run=active[0].id)
        answer.headers["Location"] = f"/api/v1/runs/{active[0].id}"
        return answer


@blueprint.route("/runs/<run_id>/records")
@blueprint.arguments(ResultsQuery, location="query")
@blueprint.response(200, Listed)
def results(given: dict[str, Any], run_id: str) -> Response:
    """What became of each record that the run listed, in its order; kept for seven days."""
    run, source = readable_run(run_id)
    journal = catalogue().journal
    if source.options.get("review") == "1":
        writable(run.source)  # keys of records that wait are for their own node
    wanted = set(given.get("outcome") or LISTED)
    after, limit = _number(given.get("cursor")), given["limit"]
    total = 0
    page: list[tuple[int, str, Outcome]] = []
    for place, key, outcome in journal.runs.listed(run.id):
        if outcome.value in wanted:
            total += 1
            if place > after and len(page) <= limit:
                page.append((place, key, outcome))
    following = str(page[limit - 1][0]) if len(page) > limit else None
    page = page[:limit]
    unused = [key for _place, key, outcome in page if outcome in _UNUSED]
    why = journal.runs.set_aside(run.id, unused)
    items = [_result(run.source, key, outcome, why) for _place, key, outcome in page]
    value = {"total": total, "items": items, "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/sources/<source_id>/waiting")
@blueprint.arguments(PagingQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=KEYED)
def waiting(given: dict[str, Any], source_id: str) -> Response:
    """Records of the source that wait for a steward; for its own node only."""
    _who, source = writable(source_id)
    limit = given["limit"]
    found = catalogue().journal.waiting(source.id, given.get("cursor") or "", limit + 1)
    following = found[limit - 1].key if len(found) > limit else None
    items = [_waiting_json(one) for one in found[:limit]]
    value = {"total": len(items) + (following is not None), "items": items, "next": following}
    return json_answer(value, link=next_link(following))


# --- what a request says -----------------------------------------------------------------------------


def _pushed(source_id: str) -> tuple[AccessKey, Source]:
    """The key and the source, if records may be pushed to it."""
    who, source = writable(source_id)
    if source.kind != PUSH:
        raise Conflict(
            f"source {source.id} is harvested (kind {source.kind}), so what is sent to it would be"
            " overwritten; push to a source of kind push"
        )
    if holds_sheets(source):
        raise Conflict(
            f"source {source.id} holds fact sheets of the registry; put each at"
            " /api/v1/registry/{kind}/{id}"
        )
    return who, source


def _check_key(key: str) -> None:
    """Raises: 422 for a text that cannot be the key of a record."""
    try:
        request.environ["PATH_INFO"].encode("latin-1").decode("utf-8")
        fault = fault_of_key(key)
    except UnicodeError:
        fault = "the key is no UTF-8"
    if fault is not None:
        raise UnprocessableEntity(f"{fault}; choose another one, such as the record's identifier")


def _body() -> tuple[bytes, str, str | None]:
    """The whole body with its media type. Raises: 400, 413, 415."""
    media_type = _declared()
    if media_type not in BY_MEDIA_TYPE:
        raise UnsupportedMediaType(f"send one of {', '.join(BY_MEDIA_TYPE)}, not {media_type!r}")
    request.max_content_length = LONGEST
    body = request.get_data(cache=True)
    if request.content_length is not None and len(body) < request.content_length:
        raise BadRequest("the body was cut off; send it again")
    return body, media_type, request.mimetype_params.get("charset")


def _declared() -> str:
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("send the body as it is, without Content-Encoding")
    return request.mimetype


def _media_type_of_many() -> str:
    media_type = _declared()
    if media_type in LINES_TYPES:
        return LINES
    if media_type not in BY_MEDIA_TYPE:
        raise UnsupportedMediaType(
            f"send {LINES}, or RDF as one of {', '.join(BY_MEDIA_TYPE)}; not {media_type!r}"
        )
    charset = request.mimetype_params.get("charset", "")
    return f"{media_type}; charset={charset[:40]}" if charset else media_type


def _length() -> int | None:
    """Bytes of the body; None where it comes in chunks (RFC 9112, 6.3)."""
    if "Transfer-Encoding" in request.headers:
        return None
    return request.content_length or 0


def _check_told(told: Told, media_type: str, name: str | None, *, whole: bool) -> None:
    if whole and told.length is None and (media_type != LINES or told.lines is None):
        raise LengthRequired(
            "a cut of a body that comes in chunks cannot be seen, and this is a whole feed: send"
            " Content-Length, or with lines also ?lines= and the number of all"
        )
    if told.from_line is not None and name is None:
        raise InvalidParameter("from_line", "needs the Idempotency-Key of what it goes on with")
    for given, value in (("from_line", told.from_line), ("lines", told.lines)):
        if value is not None and media_type != LINES:
            raise InvalidParameter(given, f"only {LINES} has lines; send the whole document again")


def _largest() -> int:
    """Bytes of a document, which is read as one."""
    return catalogue().settings.fetch_max_bytes


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdigit() or len(cursor) > 18:
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    return int(cursor)


# --- what is answered --------------------------------------------------------------------------------

_UNUSED = (Outcome.QUARANTINED, Outcome.FAILED)


def _accepted(run: Run) -> Response:
    answer = json_answer(run_json(run))
    answer.status_code = 202
    answer.headers["Location"] = f"/api/v1/runs/{run.id}"
    return answer


def _result(source_id: str, key: str, outcome: Outcome, why: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"key": key, "outcome": outcome.value, "id": page_id(source_id, key)}
    if outcome in _UNUSED:
        told["findings"] = [finding_json(one) for one in why.get(key, ())]
    return told


def _waiting_json(one: Waiting) -> dict[str, Any]:
    return {
        "key": one.key,
        "id": one.page_id,
        "iri": one.iri,
        "type": one.type,
        "title": title_of(one.graph.decode(), one.iri),
        "new": one.new,
        "run": one.run,
        "at": one.at,
        "findings": [finding_json(found) for found in one.findings],
    }


def _readers() -> Readers:
    found: Readers = current_app.extensions[READERS]
    return found


def _places() -> Places:
    found: Places = current_app.extensions[PLACES]
    return found
