"""What is accepted before anything becomes active: a text, with an id and a version that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

MOST_TERMS = 20_000  # characters of a text
MOST_TERMS_TITLE = 300


@dataclass(frozen=True, slots=True)
class Terms:
    """A text to accept, in plain words. What was accepted is told by `key`; another text is another version."""

    id: str
    version: int
    title: str
    text: str

    @property
    def key(self) -> str:
        """Id and version as "id@version"."""
        return f"{self.id}@{self.version}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in UTF-8, in hex."""
        return sha256(self.text.encode("utf-8")).hexdigest()


GENERAL = Terms(
    "general-terms",
    1,
    "General terms of use",
    """\
1. Purpose. Use what you are given only for the purpose that your request states, and in the way it \
states. Another purpose needs another request.
2. Who may use it. Only the persons and the organisation that access was given to. Do not pass it \
on, whole or in part, also not in another form or as a copy from which it could be restored.
3. No re-identification. Do not try to find out whom or what the data are about where that is not \
told in them, and do not link them with other data to that end. If you come upon it by chance, tell \
the holder and nobody else.
4. Security. Protect it from loss, change and the eyes of others as its kind demands: access by \
name, encryption while it is sent and kept, and no copy on a device or service that you do not \
control.
5. Incidents. Tell the holder without delay, and at the latest within 72 hours, of anything that has \
put it at risk, and of every breach of these terms.
6. End. When access ends, delete all that you hold of it, copies included, and confirm it to the \
holder if asked. Results that do not let it be restored may be kept.
7. Source. Name the source wherever you publish what you found with it, in the way that its record \
or its licence says.
8. Law. Rules that protect personal data, rights of others and the licence of the data hold beside \
these terms. Where these terms are broken, the holder may end access at once.
""",
)

COMPUTE = Terms(
    "compute-terms",
    1,
    "Terms of use of computing time",
    """\
1. Purpose. Use what is allocated only for the project that your request states. It cannot be sold, \
lent or given to others.
2. Civil use. Use it for civil purposes only. Say so before you begin if the project, or part of it, \
may serve military ends as well.
3. Fair use. Use what you were given in the time it was given for, do not take more than it by other \
means, and give back what you will not need. The holder may limit or stop what harms the work of \
others.
4. Accounts and security. Accounts are personal. Keep credentials to yourself, keep software up to \
date, and do not get around the limits of the system. Tell the holder without delay, and at the \
latest within 24 hours, of anything that has put it at risk.
5. Data. You answer for what you bring: you must be allowed to process it there. Take your data away \
before access ends; the holder may delete them afterwards.
6. Report. Send the holder a short report within three months of the end: what was done, what it \
used, and what came of it.
7. Source. Name the system and its holder wherever you publish what you found with it.
8. Law. The holder's own rules of use hold beside these terms. Where these terms are broken, the \
holder may end access at once.
""",
)

OURS = (GENERAL, COMPUTE)
"""Every text that the catalogue ever gave. None of them changes: another text is another version, put
behind the one before."""


def ours(terms_id: str, version: int | None = None) -> Terms | None:
    """The catalogue's own text of that id: of that version, the last one where it is None."""
    found = [one for one in OURS if one.id == terms_id and version in {None, one.version}]
    return found[-1] if found else None
