"""What will go says so first: `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and a link to what to use."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Flask, Response, g
from flask_smorest import Blueprint
from werkzeug.http import http_date

NOTICE = timedelta(days=365)  # at least so long before anything goes

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Deprecation:
    """The word that a route or a parameter is out of use since a day, and goes on another one, if it
    does; `guide` is the address of the text that says what to use. Times carry their zone.

    Raises: ValueError for a time without a zone, or less notice than a year.
    """

    since: datetime
    guide: str
    sunset: datetime | None = None

    def __post_init__(self) -> None:
        if any(one is not None and one.tzinfo is None for one in (self.since, self.sunset)):
            raise ValueError("give the times with their zone")
        if self.sunset is not None and self.sunset - self.since < NOTICE:
            raise ValueError(f"what goes says so {NOTICE.days} days before, at least")

    def route(self, view: View) -> View:
        """The view, whose every answer says so, as does the OpenAPI. To be written directly under
        `route`, so that errors say so too."""

        @functools.wraps(view)
        def told(*places: Any, **names: Any) -> Any:
            self.tell()
            return view(*places, **names)

        marked: View = Blueprint.doc(deprecated=True)(told)
        return marked

    def parameter(self, description: str) -> dict[str, Any]:
        """The metadata of a parameter's field: the answers to those who use it say so, and the OpenAPI."""
        return {"description": description, "deprecated": True, "deprecation": self}

    def tell(self) -> None:
        """Let the answer to this request say so."""
        g.setdefault("deprecations", []).append(self)


def install(app: Flask) -> None:
    """Write into each answer what its request used that will go; of several the first dates."""

    @app.after_request
    def tell(answer: Response) -> Response:
        used: list[Deprecation] = g.get("deprecations", [])
        if used:
            since = min(one.since for one in used)
            answer.headers["Deprecation"] = f"@{int(since.timestamp())}"
        for one in used:
            answer.headers.add("Link", f'<{one.guide}>; rel="deprecation"; type="text/html"')
        ends = [one.sunset for one in used if one.sunset is not None]
        if ends:
            answer.headers["Sunset"] = http_date(min(ends))
        return answer
