"""Fact sheets as JSON documents: what each kind holds, read strictly and written the same way back.

Pure. A document has the members of its kind and, around them, `sheet` (the kind), `id` and `origin`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import orjson
from marshmallow import RAISE, Schema, ValidationError, fields, validate

import vocab
from catalogue.calls import cut_offs
from catalogue.errors import InvalidSheet
from catalogue.model import SECTORS, Finding, Severity
from catalogue.rdf.iris import is_valid
from vocab.calls import Announced, Call, Evidence, Link, Result
from vocab.ecosystem import Factory, Supercomputer
from vocab.offers import ELIGIBLE, INITIATIVE_KINDS, OFFER_KINDS, Initiative, Offer, modes

Sheet: TypeAlias = Factory | Supercomputer | Initiative | Call | Offer

KINDS: dict[str, type[Any]] = {
    "factory": Factory,
    "supercomputer": Supercomputer,
    "initiative": Initiative,
    "call": Call,
    "offer": Offer,
}
ACCESS = ("public", "restricted", "non-public")
LARGEST = 256 * 1024  # bytes of a document
BUILT_IN, EDITED = "built-in", "edited"

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,119}\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHORT, _LONG, _MANY = 300, 4000, 60

# The names of the documents, where they are not those of the values.
_NAMES: dict[type[Any], dict[str, str]] = {
    Factory: {"host": "hosting_entity", "systems": "supercomputers", "linked": "linked_to"},
    Supercomputer: {"host": "hosting_entity", "hpl": "sustained_pflops", "peak": "peak_pflops"},
    Offer: {"mode": "access_mode"},
}


@dataclass(frozen=True, slots=True)
class Read:
    """A sheet as it was read. `origin`: BUILT_IN or EDITED, as the document says; `notes` are remarks
    that do not stand in the way."""

    sheet: Sheet
    origin: str
    notes: tuple[Finding, ...] = ()


def kind_of(sheet: Sheet) -> str:
    """The name of a sheet's kind."""
    return next(name for name, kind in KINDS.items() if isinstance(sheet, kind))


def key_of(kind: str, sheet_id: str) -> str:
    """The key of a sheet's record in its source."""
    return f"{kind}/{sheet_id}"


def document(sheet: Sheet, origin: str) -> dict[str, Any]:
    """A sheet as its JSON document; days are ISO 8601."""
    names = _NAMES.get(type(sheet), {})
    told = {names.get(name, name): _plain(value) for name, value in asdict(sheet).items()}
    return {"sheet": kind_of(sheet), **told, "origin": origin}


def body(sheet: Sheet, origin: str) -> bytes:
    """The bytes that a sheet is kept as: always the same for the same sheet."""
    return orjson.dumps(document(sheet, origin), option=orjson.OPT_INDENT_2) + b"\n"


def read(kind: str, sheet_id: str, given: bytes | Mapping[str, Any]) -> Read:
    """The sheet of a document. Raises: InvalidSheet naming every fault; NotFound is for others to say."""
    if isinstance(given, bytes):
        given = _parsed(given)
    rest = dict(given)
    faults = [
        _fault(name, f"is {_shown(rest[name])} here and {expected!r} in the address")
        for name, expected in (("sheet", kind), ("id", sheet_id))
        if rest.get(name, expected) != expected
    ]
    if not _ID.match(sheet_id):
        faults.append(_fault("id", "takes small letters, digits and dashes, 120 at most"))
    rest.pop("sheet", None)
    origin = BUILT_IN if rest.pop("origin", EDITED) == BUILT_IN else EDITED
    try:
        loaded: dict[str, Any] = _SCHEMAS[kind].load({**rest, "id": sheet_id})
    except ValidationError as error:
        faults += [_fault(path, said) for path, said in _flat(error.messages_dict)]
        raise _refused(faults) from error
    sheet = _value(kind, loaded)
    faults += _twisted(sheet)
    if faults:
        raise _refused(faults)
    return Read(sheet, origin, tuple(_notes(sheet)))


def refused(path: str, message: str) -> InvalidSheet:
    """The error of a document with one fault."""
    return _refused([_fault(path, message)])


# --- what each kind holds ----------------------------------------------------------------------------


def _text(longest: int = _SHORT, **options: Any) -> fields.String:
    return fields.String(validate=[validate.Length(1, longest), _clean], **options)


def _clean(value: str) -> None:
    if _CONTROL.search(value):
        raise ValidationError("holds a control character")
    if value != value.strip():
        raise ValidationError("begins or ends with white space")


def _maybe(longest: int = _SHORT) -> fields.String:
    return _text(longest, load_default=None, allow_none=True)


def _plainly(longest: int = _SHORT) -> fields.String:
    """A text that may be empty."""
    return fields.String(load_default="", validate=[validate.Length(0, longest), _clean])


def _some(inner: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(inner, load_default=list, validate=validate.Length(0, _MANY))


def _one_of(*values: str) -> validate.OneOf:
    return validate.OneOf(values, error=f"is one of {', '.join(values)}")


def _country() -> fields.String:
    return fields.String(required=True, validate=_known_country)


def _known_country(code: str) -> None:
    known = len(code) == 2 and vocab.scheme("country").concept(code) is not None
    if not known and code != "EU":
        raise ValidationError("is a country as ISO 3166 writes it, in capitals, or EU")


def _address(required: bool = False) -> fields.String:
    options: dict[str, Any] = {} if required else {"load_default": None, "allow_none": True}
    return fields.String(required=required, validate=[validate.Length(1, 2000), _web], **options)


def _web(value: str) -> None:
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good or not is_valid(value):
        raise ValidationError("is an http: or https: address")


def _id(required: bool = False) -> fields.String:
    check = validate.Regexp(_ID, error="takes small letters, digits and dashes")
    options: dict[str, Any] = {} if required else {"load_default": None, "allow_none": True}
    return fields.String(required=required, validate=check, **options)


class _Strict(Schema):
    class Meta:
        unknown = RAISE

    id = fields.String(required=True)


class _EvidenceSchema(Schema):
    source = _text(required=True)
    confidence = _text(required=True)
    sure = fields.Boolean(required=True)


def _evidence() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(),
        values=fields.Nested(_EvidenceSchema),
        required=True,
        validate=validate.Length(1, _MANY, error="says of at least one member where it is from"),
    )


class _FactorySchema(_Strict):
    kind = fields.String(required=True, validate=_one_of("ai-factory", "antenna"))
    name = _text(required=True)
    acronym = _plainly()
    country = _country()
    city = _plainly()
    hosting_entity = _plainly()
    supercomputers = _some(_text())
    focus = _some(_text())
    website = _address()
    linked_to = _id()
    selected = fields.Date(load_default=None, allow_none=True)
    source = _text(required=True)
    confidence = _text(required=True)
    unsure = _some(_text())


class _SupercomputerSchema(_Strict):
    name = _text(required=True)
    site = _plainly()
    country = _country()
    hosting_entity = _text(required=True)
    vendor = _maybe()
    accelerator = _maybe()
    category = _text(required=True)
    sustained_pflops = _maybe()
    peak_pflops = _maybe()
    status = _text(required=True)
    source = _text(required=True)
    confidence = _text(required=True)
    unsure = _some(_text())


class _InitiativeSchema(_Strict):
    name = _text(required=True)
    country = _country()
    kind = fields.String(required=True, validate=_one_of(*INITIATIVE_KINDS))
    description = _text(_LONG, required=True)
    website = _address()
    factories = _some(_id(required=True))
    evidence = _evidence()


class _OfferSchema(_Strict):
    title = _text(required=True)
    description = _text(_LONG, required=True)
    kind = fields.String(required=True, validate=_one_of(*OFFER_KINDS))
    provider = _id(required=True)
    country = _country()
    supercomputer = _id()
    access_mode = fields.String(load_default=None, allow_none=True, validate=_one_of(*modes()))
    eligible = _some(fields.String(validate=_one_of(*ELIGIBLE)))
    sectors = _some(fields.String(validate=_one_of(*SECTORS)))
    access = fields.String(load_default="restricted", validate=_one_of(*ACCESS))
    conditions = _maybe(_LONG)
    contact = _address()
    call = _id()
    evidence = _evidence()


class _AnnouncedSchema(Schema):
    day = fields.Date(required=True)
    instead_of = fields.Date(load_default=None, allow_none=True)
    evidence = fields.Nested(_EvidenceSchema, required=True)


class _ResultSchema(Schema):
    day = fields.Date(required=True)
    kind = fields.String(required=True, validate=_one_of("ai-factory", "antenna"))
    selected = fields.Integer(required=True, validate=validate.Range(0, 10_000))
    text = _plainly()
    source = _text(required=True)


class _LinkSchema(Schema):
    title = _text(required=True)
    url = _address(required=True)


class _CallSchema(_Strict):
    title = _text(required=True)
    references = _some(_text())
    programmes = _some(_text())
    funds = _some(_text())
    amount = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 10**15)
    )
    currency = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="is three capitals: EUR"),
    )
    budget = _maybe(_LONG)
    eligible = _maybe(_LONG)
    purpose = _maybe(_LONG)
    opens = fields.Date(load_default=None, allow_none=True)
    closes = fields.Date(load_default=None, allow_none=True)
    first = fields.Date(load_default=None, allow_none=True)
    months = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 120)
    )
    time = _maybe()
    announced = _some(fields.Nested(_AnnouncedSchema))
    results = _some(fields.Nested(_ResultSchema))
    links = _some(fields.Nested(_LinkSchema))
    evidence = _evidence()
    revised = fields.Date(required=True)


_SCHEMAS: dict[str, Schema] = {
    "factory": _FactorySchema(),
    "supercomputer": _SupercomputerSchema(),
    "initiative": _InitiativeSchema(),
    "offer": _OfferSchema(),
    "call": _CallSchema(),
}


# --- from a document to a value, and back ------------------------------------------------------------


def _value(kind: str, loaded: dict[str, Any]) -> Sheet:
    of = KINDS[kind]
    back = {theirs: ours for ours, theirs in _NAMES.get(of, {}).items()}
    values = {back.get(name, name): _frozen(value) for name, value in loaded.items()}
    if of is Factory and values["selected"]:
        values["selected"] = values["selected"].isoformat()
    if "evidence" in values:
        values["evidence"] = {name: Evidence(**one) for name, one in loaded["evidence"].items()}
    if of is Call:
        values["announced"] = tuple(
            Announced(one["day"], one["instead_of"], Evidence(**one["evidence"]))
            for one in loaded["announced"]
        )
        values["results"] = tuple(Result(**one) for one in loaded["results"])
        values["links"] = tuple(Link(**one) for one in loaded["links"])
    if of is Offer:
        for name, order in (("sectors", SECTORS), ("eligible", ELIGIBLE)):
            values[name] = tuple(one for one in order if one in loaded[name])
    sheet: Sheet = of(**values)
    return sheet


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


# --- faults ------------------------------------------------------------------------------------------


def _parsed(given: bytes) -> Mapping[str, Any]:
    if len(given) > LARGEST:
        raise refused("document", f"has {len(given)} bytes; at most {LARGEST} are read")
    try:
        found = orjson.loads(given)
    except orjson.JSONDecodeError as error:
        raise refused("document", f"is no JSON: {error}"[:400]) from error
    if not isinstance(found, dict):
        raise refused("document", "is no JSON object")
    return found


def _twisted(sheet: Sheet) -> list[Finding]:
    """Members that are good alone and cannot stand together."""
    if isinstance(sheet, Call):
        if sheet.opens and sheet.closes and sheet.closes < sheet.opens:
            return [_fault("closes", f"is {sheet.closes}, before the call opens on {sheet.opens}")]
        if (sheet.amount is None) != (sheet.currency is None):
            return [_fault("currency", "goes with `amount`: give both or neither")]
        try:
            cut_offs(sheet)
        except ValueError as error:
            return [_fault("announced", str(error))]
    if isinstance(sheet, Offer):
        if (sheet.kind == "compute") != (sheet.supercomputer is not None):
            return [_fault("supercomputer", "is named by an offer of compute, and by no other")]
        if sheet.kind != "compute" and sheet.mode is not None:
            return [_fault("access_mode", "is for an offer of compute")]
    evidence = getattr(sheet, "evidence", {})
    names = set(document(sheet, EDITED))
    return [
        _fault(f"evidence.{name}", "is no member of this sheet")
        for name in evidence
        if name not in names
    ]


def _notes(sheet: Sheet) -> Iterator[Finding]:
    if isinstance(sheet, Factory):
        for one in sheet.focuses:
            if not one.reason:
                yield Finding(
                    rule="registry.focus-unknown",
                    severity=Severity.INFO,
                    message="No sector follows from these words: they are not in the table of words.",
                    path="focus",
                    value=one.words,
                )


def _flat(messages: Mapping[Any, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """Every message of marshmallow's with its path, with dots between."""
    for name, said in messages.items():
        path = f"{before}{name}"
        if isinstance(said, dict):
            yield from _flat(said, f"{path}.")
        else:
            for one in said if isinstance(said, list) else [said]:
                yield path, str(one)


def _fault(path: str, message: str) -> Finding:
    return Finding(
        rule="registry.document",
        severity=Severity.VIOLATION,
        message=f"{path}: {message}"[:500],
        path=path[:200],
        hint="Mend it and send the whole document again; what was stored before stays.",
    )


def _refused(faults: list[Finding]) -> InvalidSheet:
    said = "; ".join(one.message for one in faults[:5])
    more = f"; and {len(faults) - 5} more" if len(faults) > 5 else ""
    return InvalidSheet(f"The fact sheet cannot be used: {said}{more}", tuple(faults))


def _shown(value: Any) -> str:
    return repr(value)[:60]
