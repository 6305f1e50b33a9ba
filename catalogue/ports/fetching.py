"""The way out to portals: one client, guarded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole and within limits. Header names are lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The charset that Content-Type states."""
        for parameter in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset" and value.strip(" \"'"):
                return value.strip(" \"'")
        return None


@dataclass(frozen=True, slots=True)
class Glance:
    """What an address answers with at last, without its body. `later`: the seconds after which the host
    wants to be asked again, where it says that it is asked too often or is not there just now."""

    status: int
    url: str
    later: float | None = None


class Client(Protocol):
    """The guarded way out (`catalogue.http`): addresses, redirects, sizes and time are checked."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; follows redirects, each one checked.

        Raises: Refused when the guard says no; FetchError for network faults, truncated bodies and
        every status but 200, and 304 where `headers` hold a condition (RFC 9110, 13.1).
        """

    def post(
        self,
        url: str,
        *,
        body: bytes | Iterator[bytes],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST, once, an iterator's pieces as they come; an answer of any status is returned, and a
        redirect is not followed. Time is limited by progress, so that a push may take hours.

        Raises: Refused; FetchError when no whole answer comes, or a good one before all was sent;
        what the iterator raises.
        """

    def start(self, url: str, most: int) -> Answer:
        """The beginning of what the address serves, `most` bytes of it; an answer of any status is
        returned. Asks once; follows five redirects, each one checked, and returns a sixth.

        Raises: Refused when the guard says no; FetchError when no answer comes, NoConnection where
        nobody is there.
        """

    def glance(self, url: str, *, before: Callable[[str], object] | None = None) -> Glance:
        """What the address answers with: to HEAD, and where that is nothing good, to a GET for one byte,
        of which no more than the head is read. Follows redirects, each one checked and told to `before`
        ere it is asked (what that raises ends the glance); asks once.

        Raises: Refused when the guard says no; FetchError where nothing answers.
        """

    def session(self) -> Any:
        """A `requests.Session` whose every request goes through the same guard."""
