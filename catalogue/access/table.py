"""Who may do what while a leg is in which state: the specification, written by hand.

It is not read by the code that decides (`catalogue.access.allowing`): tests hold every command in every
state by every role against it. Doors and documentation show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalogue.access.model import LegState

ALLOWED, FORBIDDEN, CONFLICT = "allowed", "forbidden", "conflict"

ROLES = (
    "applicant",  # of this very request
    "invited",  # by the applicant
    "member",  # of the applicant's organisation
    "representative",  # of the applicant's organisation
    "handler",  # this and the next five: of the leg's holder
    "reviewer-technical",
    "reviewer-ethics",
    "reviewer-legal",
    "decider",
    "allocator",
    "steward",
    "auditor",
    "administrator",
    "stranger",  # signed in, and nothing more
    "elsewhere",  # all roles of the staff, of another holder
    "system",  # the catalogue itself
)

GROUPS = {
    "review": "eligibility technical ethics legal",
    "held": "submitted eligibility technical ethics legal decision",
    "granted": "approved approved-with-conditions",
    "ended": "rejected expired withdrawn revoked closed",
    "unseen": "draft referred",
    "open": "draft referred held returned granted active",
    "all": " ".join(LegState),
}

ROLE_GROUPS = {
    "editors": "applicant invited representative",
    "staff": "handler reviewer-technical reviewer-ethics reviewer-legal decider allocator",
}

# A role without a line may never: 403. A role with one may while the leg is in the states of the third
# column; otherwise it gets 403 in those of the fourth, and 409 in every other. `decides` is the decider, or, where
# the workflow says so, the allocator (the other one has no line then). Steps are done by whom the default
# workflow names. Holders know nothing of drafts, nor of what was referred to their own procedure.
TABLE = """
add-resource            | editors                                 | draft                                |
remove-resource         | editors                                 | draft                                |
save-answers            | editors                                 | draft returned                       |
attach                  | editors                                 | draft returned                       |
detach                  | editors                                 | draft returned                       |
invite                  | applicant representative                | draft held returned granted          |
submit                  | applicant representative                | draft returned                       |
withdraw                | applicant representative                | draft held returned granted referred |
accept-terms            | applicant representative                | granted                              |
close                   | applicant representative                | granted active referred              |
close                   | handler                                 | granted active                       | unseen
copy                    | applicant invited member representative | all                                  |
take-up                 | handler                                 | submitted                            | unseen
pass-step               | handler                                 | eligibility                          | unseen review
pass-step               | reviewer-technical                      | technical                            | unseen review
pass-step               | reviewer-ethics                         | ethics                               | unseen review
pass-step               | reviewer-legal                          | legal                                | unseen review
fail-step               | handler                                 | eligibility                          | unseen review
fail-step               | reviewer-technical                      | technical                            | unseen review
fail-step               | reviewer-ethics                         | ethics                               | unseen review
fail-step               | reviewer-legal                          | legal                                | unseen review
return                  | handler                                 | held                                 | unseen
return                  | reviewer-technical                      | technical                            | unseen held
return                  | reviewer-ethics                         | ethics                               | unseen held
return                  | reviewer-legal                          | legal                                | unseen held
return                  | decides                                 | decision                             | unseen held
approve                 | decides                                 | decision                             | unseen
approve-with-conditions | decides                                 | decision                             | unseen
reject                  | decides                                 | decision                             | unseen
activate                | handler decides                         | granted                              | unseen
activate                | system                                  | granted                              |
revoke                  | decides                                 | active                               | unseen
assign                  | handler                                 | held returned granted                | unseen
comment                 | editors                                 | held returned granted active ended   |
comment                 | staff                                   | held returned granted active ended   | unseen
expire                  | system                                  | active                               |
note-overdue            | system                                  | held                                 |
withdraw-resource       | system                                  | open                                 |
remove-holder           | system                                  | open                                 |
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One command of one role: the states in which it may, and those in which it may not know better."""

    command: str
    role: str
    may: frozenset[str]
    never: frozenset[str]


def lines(decides: str = "decider") -> Iterator[Line]:
    """The table, a line for each command and role; `decides` is the role that the workflow names for
    the decision."""
    for text in TABLE.strip().splitlines():
        command, roles, may, never = (cell.strip() for cell in text.split("|"))
        for role in _words(roles, ROLE_GROUPS):
            name = decides if role == "decides" else role
            yield Line(command, name, _states(may), _states(never))


def commands() -> list[str]:
    """Every command of the table, in its order."""
    return list(dict.fromkeys(line.command for line in lines()))


def expected(command: str, role: str, state: str, decides: str = "decider") -> str:
    """What becomes of a command: allowed, forbidden (403) or conflict (409)."""
    for line in lines(decides):
        if (line.command, line.role) == (command, role):
            if state in line.may:
                return ALLOWED
            return FORBIDDEN if state in line.never else CONFLICT
    return FORBIDDEN


def _states(cell: str) -> frozenset[str]:
    found = frozenset(_words(cell, GROUPS))
    unknown = found - set(LegState)
    if unknown:
        raise ValueError(f"the table names states that there are not: {sorted(unknown)}")
    return found


def _words(cell: str, groups: Mapping[str, str]) -> list[str]:
    """The words of a cell, groups spelt out, also those in groups."""
    found: list[str] = []
    for word in cell.split():
        found += _words(groups[word], groups) if word in groups else [word]
    return found
