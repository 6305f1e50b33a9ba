"""The cursor of a walk: where a page ended, of which search, and in which words it looked for typos."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Sequence

from catalogue.errors import InvalidParameter


def write_cursor(digest: str, words: Sequence[str], typos: Collection[str], position: str) -> str:
    """A cursor for the search of a digest. `words` are those that might hold a typo, and `typos`
    those of them that it was looked for in."""
    mask = "".join("1" if word in typos else "0" for word in words) or "-"
    text = f"{digest} {mask} {position}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, digest: str, words: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The words that typos are looked for in, and the position.

    Raises: InvalidParameter for a cursor that is none of ours, or of another search.
    """
    padded = cursor + "=" * (-len(cursor) % 4)
    try:
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidParameter(
            "cursor", "this is no cursor; take `next` of the page before"
        ) from error
    found, _, rest = text.partition(" ")
    mask, _, position = rest.partition(" ")
    if found != digest or not position:
        raise InvalidParameter("cursor", "the cursor is of another search; begin without one")
    typos = tuple(word for word, told in zip(words, mask, strict=False) if told == "1")
    return typos, position
