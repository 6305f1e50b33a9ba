"""Content negotiation (RFC 9110, section 12.5.1): which of the offered media types a reader gets."""

from __future__ import annotations

from collections.abc import Sequence


def accepted(accept: str, offered: Sequence[str]) -> str | None:
    """The offered media type that the Accept header likes best; of equals the first offered.

    An empty header accepts everything. None when nothing offered is accepted.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    if not ranges:
        return offered[0]
    liked = [(_quality(one, ranges), -place, one) for place, one in enumerate(offered)]
    quality, _place, best = max(liked)
    return best if quality > 0 else None


def _range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_range, max(0.0, min(float(parameter[2:]), 1.0))
            except ValueError:
                return media_range, 0.0
    return media_range, 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """What the most specific range that matches says."""
    for wanted in (media_type, f"{media_type.split('/', 1)[0]}/*", "*/*"):
        for media_range, quality in ranges:
            if media_range == wanted:
                return quality
    return 0.0
