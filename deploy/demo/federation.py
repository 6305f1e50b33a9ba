"""Which protocol each invented member speaks, and with which defects: the one table of the demo."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.demo.records import Member

BASE_PORT = 8801


@dataclass(frozen=True, slots=True)
class Portal:
    """`kind` of the source; the serialisation; how many records a page has (0: one page); whether
    pages are told in the older way of Hydra; defects by name (see `defects`)."""

    kind: str
    form: str = "turtle"
    page: int = 0
    older: bool = False
    packed: bool = False
    defects: tuple[str, ...] = ()


PORTALS = {
    "cz-vltava": Portal("dcat", "ntriples", packed=True),
    "de-nordlicht": Portal("ckan", defects=("unknown-extra", "unknown-license", "ignored")),
    "dk-sund": Portal("dcat", "trig"),
    "es-meseta": Portal("dcat", "jsonld"),
    "fi-revontuli": Portal("ckan", defects=("bad-address", "unreadable")),
    "fr-luciole": Portal("ckan", defects=("markup", "old-language")),
    "gr-aigaio": Portal("dcat", "rdfxml", defects=("bom-and-crlf",)),
    "it-lanterna": Portal("dcat", "rdfxml", page=15, older=True, defects=("broken-address",)),
    "nl-polder": Portal("dcat", "turtle", page=10, defects=("blank-node", "no-title")),
    "pl-wisla": Portal("ckan", defects=("twice",)),
    "pt-atlas": Portal(
        "dcat", "turtle", defects=("iri-with-space", "odd-language-tag", "undeclared-prefix")
    ),
    "ro-carpati": Portal("dcat", "nquads", defects=("wrong-byte", "ill-typed-date")),
}


def portal(owner: Member) -> Portal:
    """How the member's portal speaks; Turtle for one that is not in the table."""
    return PORTALS.get(owner.id, Portal("dcat"))


def source_id(owner: Member) -> str:
    """The id of the member's source in the catalogue."""
    return f"{owner.id}-{portal(owner).kind}"


def address(owner: Member, port: int) -> str:
    """The address that the catalogue harvests."""
    base = f"http://127.0.0.1:{port}"
    return base if portal(owner).kind == "ckan" else f"{base}/catalog"
