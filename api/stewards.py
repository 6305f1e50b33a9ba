"""Who may edit the registry: its stewards, and a node's key its own offers."""

from __future__ import annotations

from api.keys import key_of_request, not_for, writable
from api.sessions import wanted_role, whoever
from catalogue.ecosystem.registry import source_id
from catalogue.errors import Forbidden, NotFound
from catalogue.people import Role

OWN = "offer"  # the kind of sheets that a node may keep itself


def steward() -> str:
    """The data steward who asks, as the audit log names them.

    Raises: NotSignedIn; Forbidden, which is audited.
    """
    return wanted_role(Role.STEWARD).who


def is_steward() -> bool:
    """Whether who asks is a data steward: pages show their links by it. Nothing of it is audited."""
    person = whoever()
    return person is not None and person.may(Role.STEWARD)


def editor(kind: str, node_id: str) -> tuple[str, str]:
    """Who edits a sheet that is of a node: for the audit log, and as runs tell it.

    Raises: NotSignedIn; Forbidden where a key is not of that node, or the sheet is no offer.
    """
    key = key_of_request()
    if key is None:
        return steward(), "steward"
    if kind != OWN or key.node != node_id:
        raise not_for(key, f"it may not edit a {kind} of {node_id}")
    try:
        writable(source_id(node_id))
    except NotFound as error:
        raise Forbidden(
            f"node {node_id} keeps no fact sheets here yet; its first one is a steward's to add"
        ) from error
    return f"key:{key.id}", f"key:{key.id}"
