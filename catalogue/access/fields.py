"""What a form is made of: fields, their options and columns, conditions and flags. Pure values.

Texts are by language (two letters, always with "en"). An answer is plain JSON: text for most fields, a
number, a list of the ids of options or attachments, a list of rows for a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeAlias

Texts: TypeAlias = Mapping[str, str]
FALLBACK = "en"

MOST_FIELDS = 200  # of one form
MOST_OPTIONS = 300  # of one field
MOST_COLUMNS = 12
MOST_ROWS = 500  # of a table; a form may allow fewer
MOST_FILES = 20  # of one field; a form may allow fewer
MOST_FLAGS = 50
DEEPEST = 5  # levels of a condition
MOST_CONDITIONS = 50  # in one condition, at all levels
LONGEST = {"text": 1_000, "texta": 20_000, "email": 254, "telephone": 40}
"""Characters that an answer may have at most, whatever a form says."""
USUAL = {"text": 200, "texta": 4_000, "email": 254, "telephone": 40}
"""The same where a form says nothing."""
LARGEST = 10**15  # no number is larger, or smaller than minus this
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class FieldType(StrEnum):
    """The types that REMS has, by their everyday names. The last two ask nothing."""

    TEXT = "text"  # one line
    TEXTA = "texta"  # several lines
    NUMBER = "number"
    DATE = "date"  # YYYY-MM-DD
    OPTION = "option"  # the id of one option
    MULTI_OPTION = "multi-option"  # a list of ids, in any order
    TABLE = "table"  # a list of rows, each an object by columns
    EMAIL = "email"
    TELEPHONE = "telephone"
    ATTACHMENT = "attachment"  # a list of ids of attachments
    HEADER = "header"
    LABEL = "label"


SILENT = (FieldType.HEADER, FieldType.LABEL)
CHOICES = (FieldType.OPTION, FieldType.MULTI_OPTION)
COLUMN_TYPES = (
    FieldType.TEXT,
    FieldType.NUMBER,
    FieldType.DATE,
    FieldType.OPTION,
    FieldType.EMAIL,
)


class Pattern(StrEnum):
    """The only shapes a text can be held to: no form brings an expression of its own."""

    COUNTRY = "country"  # two capital letters of ISO 3166
    URL = "url"  # http or https
    ORCID = "orcid"  # with its check digit
    VAT = "vat"  # two letters of a country and 2 to 13 letters and digits
    IDENTIFIER = "identifier"  # letters, digits and . _ / : -


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen. `clause` names where the law says so, as people cite it."""

    id: str
    title: Texts
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, of one of `COLUMN_TYPES`."""

    id: str
    type: FieldType
    title: Texts
    required: bool = False
    max_length: int | None = None
    pattern: Pattern | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Is:
    """The field was answered with one of the values; of several chosen options, one is among them."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


Condition: TypeAlias = Is | AllOf | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Field:
    """One question, or a header or label between questions.

    The id is the question's own over all forms: two forms that ask the same id ask the same, and it is
    asked and answered once. `private`: seen by the applicant's side and the holder's handlers and
    deciders, not by reviewers. `acknowledge`: every option must be chosen. `maximum` and `minimum` are
    of a number; `earliest` and `latest` of a date; `max_length` of text in characters; `most` of rows
    or files.
    """

    id: str
    type: FieldType
    title: Texts
    help: Texts = field(default_factory=dict)
    placeholder: Texts = field(default_factory=dict)
    required: bool = False
    private: bool = False
    acknowledge: bool = False
    max_length: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    earliest: date | None = None
    latest: date | None = None
    pattern: Pattern | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    most: int | None = None
    visible_when: Condition | None = None

    @property
    def asks(self) -> bool:
        """Whether it takes an answer."""
        return self.type not in SILENT


@dataclass(frozen=True, slots=True)
class Flag:
    """A word for the workflow, such as "dual-use", that holds where the condition does."""

    id: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Applies:
    """What a form is asked for. An empty list asks nothing of that kind; a thing whose access rights
    are not known fits every list of them. `holder`: only for what this node holds."""

    kinds: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    access: tuple[str, ...] = ()
    holder: str | None = None


class PartOf(StrEnum):
    """Which part of a request a form asks about; base parts come in this order."""

    PARTY = "party"
    PURPOSE = "purpose"
    DATA = "data"
    SAFEGUARDS = "safeguards"
    COMPUTE = "compute"
    TERMS = "terms"


@dataclass(frozen=True, slots=True)
class Form:
    """A version of a form. Equal content has an equal `digest`, whatever its version number is."""

    id: str
    version: int
    title: Texts
    part: PartOf
    fields: tuple[Field, ...]
    applies: Applies = field(default_factory=Applies)
    flags: tuple[Flag, ...] = ()
    intro: Texts = field(default_factory=dict)

    def field(self, field_id: str) -> Field | None:
        """The field of that id; None where the form has none."""
        return next((one for one in self.fields if one.id == field_id), None)


def in_language(texts: Texts, language: str) -> str:
    """The text in a language, else in English, else in any; empty where there is none."""
    found = texts.get(language) or texts.get(FALLBACK)
    return found or next(iter(texts.values()), "")
