"""Keys of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from catalogue.model import AccessKey


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the one moment that it can be read: `token`. `revoked`: the ids of those that it took
    the place of."""

    token: str
    key: AccessKey
    revoked: tuple[str, ...] = ()


class Keys(Protocol):
    """The keys of nodes. A secret is given out once and kept as its hash only."""

    def create(
        self,
        node_id: str,
        who: str,
        *,
        scope: Sequence[str] = ("push",),
        sources: Sequence[str] = (),
        days: int | None = None,
    ) -> NewKey:
        """A new key, good for so many days or until it is revoked. Of the keys that reach the same
        sources two are valid at once, so that one can be changed without a gap; a third takes the
        place of the oldest. Raises: NotFound; InvalidInput for a source of another node."""

    def check(self, token: str) -> AccessKey:
        """The key of a token. Raises: Unauthenticated."""

    def of(self, node_id: str) -> list[AccessKey]:
        """Every key of a node, the newest first. Raises: NotFound."""

    def revoke(self, key_id: str, who: str) -> AccessKey:
        """From now on the key opens nothing. Raises: NotFound; Conflict where it was revoked."""
