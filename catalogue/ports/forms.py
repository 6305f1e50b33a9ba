"""The door to forms: their versions, which ones are in use, and who brought them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from catalogue.access.fields import Form


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A version as it is kept. It never changes but for `retired`. `built_in`: it came with the
    catalogue. `digest` is of its content (SHA-256, hex). `current`: new requests are asked it."""

    form: Form
    built_in: bool
    digest: str
    by: str
    at: datetime
    retired: datetime | None
    current: bool


class FormStore(Protocol):
    """The forms of the catalogue. What changes them reaches the audit log in its transaction.

    Of each form one version is current: the newest that an operator brought and that is not retired, else
    the one that comes with this version of the catalogue, unless that is retired.
    """

    def current(self) -> tuple[Form, ...]:
        """The current version of each form, by id: what `forms_for` chooses from."""

    def listed(self) -> list[FormVersion]:
        """Every form by id: its current version, or its newest where none is current."""

    def versions(self, form_id: str) -> list[FormVersion]:
        """Every version of a form, the newest first. Raises: NotFound."""

    def get(self, form_id: str, version: int) -> Form:
        """A version, retired or not: requests name the one that they were asked. Raises: NotFound."""

    def add(
        self, document: Mapping[str, Any], who: str, *, within: str | None = None
    ) -> FormVersion:
        """Keep a document (`catalogue.access.forms.form_of`) as the next version of its form, and make it
        current. A document that is equal to the current version changes nothing.

        A `version` in the document must be the next one, so that nobody overwrites what they have not
        seen. `within`: only what this holder alone is asked may be changed.

        Raises: InvalidInput with everything that is wrong; Conflict where `version` is not the next
        one; NotFound where its holder is no node; Forbidden.
        """

    def retire(self, form_id: str, who: str, *, within: str | None = None) -> FormVersion | None:
        """Put what an operator brought of a form out of use, else what came with the catalogue; return
        what is current then. Requests that were asked it keep it.

        Raises: NotFound; Conflict where nothing of it is in use; Forbidden.
        """
