"""Persons, roles, organisations, sessions and tokens: what the port promises, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.engine import engine_of
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from catalogue.model import Node
from catalogue.people import (
    IDLE,
    LONGEST,
    SIGN_IN,
    Grant,
    Identity,
    Origin,
    Person,
    Role,
    SignIn,
    organisation_of,
)
from catalogue.ports import Journal

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "operator:tests"
ISSUER = "https://identity.example/realms/one"
ADMINISTRATOR = Grant(Role.ADMINISTRATOR)
HANDLER = Grant(Role.HANDLER, "north")


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    for node_id in ("north", "south"):
        opened.add_node(Node(node_id, f"Node {node_id} (fictional)", "FI"))
    for one in ("acme", "bolt"):
        opened.people.add_organisation(
            organisation_of(one, f"{one} (fictional)", "FI", "start-up"), OPERATOR
        )
    yield opened
    opened.close()


def admitted(journal: Journal, subject: str, *claimed: Grant) -> Person:
    identity = Identity(ISSUER, subject, f"{subject.title()} (fictional)", f"{subject}@one.example")
    return journal.people.admit(identity, claimed, NOW)


def acts(journal: Journal, subject: str) -> list[str]:
    return [one.act for one in journal.audit.entries(subject=subject)]


def test_a_person_is_one_and_the_same_at_every_sign_in(journal: Journal) -> None:
    first = admitted(journal, "ada")
    renamed = Identity(ISSUER, "ada", "Ada Second (fictional)", None)
    again = journal.people.admit(renamed, (), NOW + timedelta(days=1))
    assert again.id == first.id
    assert (again.name, again.email) == ("Ada Second (fictional)", None)
    other = journal.people.admit(Identity("https://other.example", "ada", "Other"), (), NOW)
    assert other.id != first.id
    assert journal.people.count() == 2


def test_claims_give_roles_and_take_them_back_and_leave_others_alone(journal: Journal) -> None:
    person = admitted(journal, "ada", HANDLER, Grant(Role.STEWARD))
    journal.people.grant(person.id, Grant(Role.AUDITOR), OPERATOR)
    journal.people.grant(person.id, HANDLER, OPERATOR)
    assert {one.origin for one in journal.people.given(person.id) if one.grant == HANDLER} == {
        Origin.CLAIMS,
        Origin.PERSON,
    }
    again = admitted(journal, "ada", Grant(Role.DECIDER, "south"))
    assert set(again.grants) == {HANDLER, Grant(Role.AUDITOR), Grant(Role.DECIDER, "south")}
    assert acts(journal, person.id).count("person.revoke") == 2


def test_a_claim_of_what_is_not_here_is_left_out_and_noted(journal: Journal) -> None:
    person = admitted(
        journal, "ada", Grant(Role.HANDLER, "nowhere"), Grant(Role.MEMBER, "nobody"), HANDLER
    )
    assert person.grants == (HANDLER,)
    assert acts(journal, person.id).count("person.claim-ignored") == 2


def test_membership_that_a_person_granted_outlives_that_of_a_claim(journal: Journal) -> None:
    person = admitted(journal, "ada", Grant(Role.MEMBER, "acme"))
    assert person.organisation == "acme"
    with pytest.raises(InvalidInput, match="acme"):
        journal.people.grant(person.id, Grant(Role.MEMBER, "bolt"), OPERATOR)
    moved = admitted(journal, "ada", Grant(Role.MEMBER, "bolt"))
    assert moved.organisation == "bolt"
    journal.people.grant(person.id, Grant(Role.REPRESENTATIVE, "bolt"), OPERATOR)
    assert admitted(journal, "ada", Grant(Role.MEMBER, "acme")).organisation == "bolt"


def test_a_role_is_granted_once_and_taken_back_once(journal: Journal) -> None:
    person = admitted(journal, "ada")
    for _time in range(2):
        assert journal.people.grant(person.id, HANDLER, OPERATOR).may(Role.HANDLER, "north")
    assert acts(journal, person.id).count("person.grant") == 1
    assert not journal.people.revoke(person.id, HANDLER, OPERATOR).may(Role.HANDLER)
    with pytest.raises(NotFound, match="does not have it"):
        journal.people.revoke(person.id, HANDLER, OPERATOR)
    for unknown in (Grant(Role.HANDLER, "nowhere"), Grant(Role.MEMBER, "nobody")):
        with pytest.raises(NotFound):
            journal.people.grant(person.id, unknown, OPERATOR)


def test_what_claims_gave_is_not_taken_back_here(journal: Journal) -> None:
    person = admitted(journal, "ada", HANDLER)
    with pytest.raises(NotFound, match="identity provider"):
        journal.people.revoke(person.id, HANDLER, OPERATOR)
    assert journal.people.person(person.id).may(Role.HANDLER, "north")


def test_only_an_administrator_grants_and_a_representative_adds_members(journal: Journal) -> None:
    people = journal.people
    ada, bob, eve = (admitted(journal, one) for one in ("ada", "bob", "eve"))
    people.grant(ada.id, ADMINISTRATOR, OPERATOR)
    people.grant(bob.id, Grant(Role.REPRESENTATIVE, "acme"), ada.who)
    assert people.grant(eve.id, Grant(Role.MEMBER, "acme"), bob.who).organisation == "acme"
    for refused in (Grant(Role.REPRESENTATIVE, "acme"), Grant(Role.STEWARD), HANDLER):
        with pytest.raises(Forbidden):
            people.grant(eve.id, refused, bob.who)
    for refused in (Grant(Role.STEWARD), ADMINISTRATOR):
        with pytest.raises(Forbidden, match="themselves"):
            people.grant(eve.id, refused, eve.who)
    assert people.grant(ada.id, Grant(Role.AUDITOR), ada.who).may(Role.AUDITOR)
    assert people.revoke(eve.id, Grant(Role.MEMBER, "acme"), bob.who).organisation is None


def test_a_representative_who_is_none_any_more_adds_nobody(journal: Journal) -> None:
    bob, eve = admitted(journal, "bob"), admitted(journal, "eve")
    representative = Grant(Role.REPRESENTATIVE, "acme")
    journal.people.grant(bob.id, representative, OPERATOR)
    journal.people.revoke(bob.id, representative, OPERATOR)
    with pytest.raises(Forbidden):
        journal.people.grant(eve.id, Grant(Role.MEMBER, "acme"), bob.who)


def test_the_last_administrator_stays(journal: Journal) -> None:
    people = journal.people
    ada, bob = admitted(journal, "ada"), admitted(journal, "bob")
    people.grant(ada.id, ADMINISTRATOR, OPERATOR)
    for attempt in (
        lambda: people.revoke(ada.id, ADMINISTRATOR, ada.who),
        lambda: people.disable(ada.id, OPERATOR),
    ):
        with pytest.raises(Conflict, match="last administrator"):
            attempt()
    assert people.person(ada.id).may(Role.ADMINISTRATOR)
    people.grant(bob.id, ADMINISTRATOR, ada.who)
    people.disable(bob.id, ada.who)
    with pytest.raises(Conflict):  # one that is disabled does not count
        people.revoke(ada.id, ADMINISTRATOR, ada.who)
    people.enable(bob.id, ada.who)
    assert not people.revoke(ada.id, ADMINISTRATOR, ada.who).may(Role.ADMINISTRATOR)


def test_a_session_opens_with_its_token_alone_and_keeps_only_a_hash(
    journal: Journal, database: str
) -> None:
    person = admitted(journal, "ada")
    made = journal.people.open_session(person.id, NOW, agent="A  browser", id_token="e.y.J")
    session, found = journal.people.session(made.token, NOW)
    assert (found.id, session.agent, session.id_token) == (person.id, "A browser", "e.y.J")
    session_id, _, secret = made.token.partition("_")
    for wrong in (
        "",
        session_id,
        f"{session_id}_",
        f"{session_id}_{secret}x",
        f"x_{secret}",
        "é_é",
    ):
        with pytest.raises(Unauthenticated):
            journal.people.session(wrong, NOW)
    engine = engine_of(database)
    with engine.connect() as connection:
        for table in ("session", "audit"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                assert secret not in str(tuple(row))
    engine.dispose()


def test_a_session_ends_when_it_idles_and_at_last_in_any_case(journal: Journal) -> None:
    people = journal.people
    token = people.open_session(admitted(journal, "ada").id, NOW).token
    step = IDLE - timedelta(minutes=1)
    at = NOW
    while at + step < NOW + LONGEST:
        at += step
        people.session(token, at)
    with pytest.raises(Unauthenticated, match="over"):
        people.session(token, NOW + LONGEST)
    idle = people.open_session(admitted(journal, "bob").id, NOW).token
    with pytest.raises(Unauthenticated, match="over"):
        people.session(idle, NOW + IDLE)


def test_a_session_that_is_over_is_forgotten_at_the_next_sign_in(journal: Journal) -> None:
    person = admitted(journal, "ada")
    journal.people.open_session(person.id, NOW)
    later = NOW + IDLE
    journal.people.open_session(person.id, later)
    assert len(journal.people.sessions(person.id, NOW)) == 1


def test_a_change_of_roles_holds_in_the_sessions_that_are_open(journal: Journal) -> None:
    person = admitted(journal, "ada")
    token = journal.people.open_session(person.id, NOW).token
    journal.people.grant(person.id, HANDLER, OPERATOR)
    assert journal.people.session(token, NOW)[1].may(Role.HANDLER, "north")
    journal.people.revoke(person.id, HANDLER, OPERATOR)
    assert not journal.people.session(token, NOW)[1].may(Role.HANDLER)


def test_a_disabled_person_is_out_everywhere_at_once_and_comes_not_in(journal: Journal) -> None:
    people = journal.people
    person = admitted(journal, "ada")
    session = people.open_session(person.id, NOW).token
    token = people.create_token(person.id, person.who, NOW, name="script", days=1).token
    people.disable(person.id, OPERATOR)
    people.enable(person.id, OPERATOR)  # what was open stays shut
    for attempt in (lambda: people.session(session, NOW), lambda: people.token(token, NOW)):
        with pytest.raises(Unauthenticated):
            attempt()
    people.disable(person.id, OPERATOR)
    for attempt in (lambda: admitted(journal, "ada"), lambda: people.open_session(person.id, NOW)):
        with pytest.raises(Forbidden, match="disabled"):
            attempt()
    with pytest.raises(Forbidden):
        people.grant(admitted(journal, "bob").id, HANDLER, person.who)


def test_sessions_are_ended_one_by_one_and_all_together(journal: Journal) -> None:
    people = journal.people
    person, other = admitted(journal, "ada"), admitted(journal, "bob")
    tokens = [people.open_session(person.id, NOW + timedelta(seconds=n)) for n in range(3)]
    foreign = people.open_session(other.id, NOW)
    with pytest.raises(NotFound):
        people.close_session(foreign.session.id, person.id, person.who)
    people.close_session(tokens[1].session.id, person.id, person.who)
    assert [one.id for one in people.sessions(person.id, NOW)] == [
        tokens[2].session.id,
        tokens[0].session.id,
    ]
    assert people.close_sessions(person.id, person.who) == 2
    with pytest.raises(Unauthenticated):
        people.session(tokens[0].token, NOW)
    assert people.session(foreign.token, NOW)[1].id == other.id


def test_a_token_gives_no_more_than_the_roles_it_was_made_for(journal: Journal) -> None:
    people = journal.people
    person = admitted(journal, "ada", HANDLER, Grant(Role.REPRESENTATIVE, "acme"), ADMINISTRATOR)
    made = people.create_token(
        person.id, person.who, NOW, name="nightly", days=30, roles=[Role.HANDLER]
    )
    kept, limited = people.token(made.token, NOW)
    assert kept.roles == (Role.HANDLER,)
    assert set(limited.grants) == {HANDLER, Grant(Role.MEMBER, "acme")}
    whole = people.create_token(person.id, person.who, NOW, name="all", days=30)
    assert set(people.token(whole.token, NOW)[1].grants) == set(person.grants)
    none = people.create_token(person.id, person.who, NOW, name="mine", days=30, roles=[])
    assert people.token(none.token, NOW)[1].roles == (Role.APPLICANT, Role.MEMBER)


def test_a_token_opens_nothing_when_revoked_over_or_wrong(journal: Journal) -> None:
    people = journal.people
    person = admitted(journal, "ada")
    made = people.create_token(person.id, person.who, NOW, name="one", days=1)
    with pytest.raises(Unauthenticated, match="out of date"):
        people.token(made.token, NOW + timedelta(days=1))
    mark, token_id, secret = made.token.split("_", 2)
    assert mark == "aicatp"
    for wrong in (f"aicat_{token_id}_{secret}", f"aicatp_{token_id}_x", "aicatp", "aicatp_x_y"):
        with pytest.raises(Unauthenticated, match="not known"):
            people.token(wrong, NOW)
    assert people.revoke_token(token_id, person.id, person.who).revoked
    with pytest.raises(Unauthenticated, match="revoked"):
        people.token(made.token, NOW)
    with pytest.raises(Conflict):
        people.revoke_token(token_id, person.id, person.who)
    with pytest.raises(NotFound):
        people.revoke_token(token_id, admitted(journal, "bob").id, OPERATOR)
    for days in (0, 366):
        with pytest.raises(InvalidInput):
            people.create_token(person.id, person.who, NOW, name="two", days=days)


def test_a_sign_in_under_way_is_taken_once_and_not_too_late(journal: Journal) -> None:
    begun = SignIn("state", "nonce", "verifier", "/account")
    token = journal.people.begin_sign_in(begun, NOW)
    with pytest.raises(Unauthenticated):
        journal.people.take_sign_in("another", NOW)
    assert journal.people.take_sign_in(token, NOW) == begun
    with pytest.raises(Unauthenticated):
        journal.people.take_sign_in(token, NOW)
    late = journal.people.begin_sign_in(begun, NOW)
    with pytest.raises(Unauthenticated):
        journal.people.take_sign_in(late, NOW + SIGN_IN)


def test_persons_are_found_by_words_and_walked_by_name(journal: Journal) -> None:
    people = journal.people
    for subject in ("eve", "ada", "dan", "bob", "ida_x"):
        admitted(journal, subject)
    walked: list[str] = []
    after = ""
    while page := people.persons(after=after, limit=2):
        walked += [one.subject for one in page]
        after = page[-1].id
    assert walked == ["ada", "bob", "dan", "eve", "ida_x"]
    assert [one.subject for one in people.persons(words="ADA@ONE")] == ["ada"]
    assert [one.subject for one in people.persons(words="ida_")] == ["ida_x"]
    assert people.count("%") == 0
    with pytest.raises(NotFound):
        people.persons(after="nobody")


def test_those_with_a_role_are_found_at_its_place(journal: Journal) -> None:
    people = journal.people
    ada = admitted(journal, "ada", HANDLER, Grant(Role.REPRESENTATIVE, "acme"))
    bob = admitted(journal, "bob", Grant(Role.HANDLER, "south"))
    gone = admitted(journal, "gone", HANDLER)
    people.disable(gone.id, OPERATOR)
    assert people.with_role(Role.HANDLER, "north") == [ada]
    assert {one.id for one in people.with_role(Role.HANDLER)} == {ada.id, bob.id}
    assert people.with_role(Role.MEMBER, "acme") == people.members("acme") == [ada]
    assert {one.id for one in people.with_role(Role.APPLICANT)} == {ada.id, bob.id}


def test_organisations_are_kept_by_those_who_may(journal: Journal) -> None:
    people = journal.people
    ada, bob = (
        admitted(journal, "ada"),
        admitted(journal, "bob", Grant(Role.REPRESENTATIVE, "acme")),
    )
    fresh = organisation_of("core", "Core (fictional)", "EE", "sme")
    for who in (ada.who, bob.who):
        with pytest.raises(Forbidden):
            people.add_organisation(fresh, who)
    people.grant(ada.id, Grant(Role.STEWARD), OPERATOR)
    people.add_organisation(fresh, ada.who)
    with pytest.raises(Conflict):
        people.add_organisation(fresh, ada.who)
    edited = organisation_of("acme", "Acme Renamed (fictional)", "SE", "industry")
    people.edit_organisation(edited, bob.who)
    assert people.organisation("acme") == edited
    with pytest.raises(Forbidden):
        people.edit_organisation(fresh, bob.who)
    assert [one.id for one in people.organisations()] == ["acme", "bolt", "core"]


def test_a_language_is_set_by_the_person_or_an_administrator(journal: Journal) -> None:
    people = journal.people
    ada, bob = admitted(journal, "ada"), admitted(journal, "bob")
    assert people.speak(ada.id, "fi", ada.who).language == "fi"
    with pytest.raises(Forbidden):
        people.speak(ada.id, "sv", bob.who)
    known = Identity(ISSUER, "ada", "Ada (fictional)", None, "de")
    assert people.admit(known, (), NOW).language == "fi"  # what was chosen stays


def test_every_act_is_in_the_log_and_no_secret_is(journal: Journal) -> None:
    people = journal.people
    person = admitted(journal, "ada")
    session = people.open_session(person.id, NOW, id_token="head.body.signature")
    token = people.create_token(person.id, person.who, NOW, name="one", days=1)
    people.revoke_token(token.kept.id, person.id, person.who)
    people.close_sessions(person.id, person.who)
    people.disable(person.id, OPERATOR)
    assert acts(journal, person.id) == [
        "person.new",
        "person.sign-in",
        "token.create",
        "token.revoke",
        "person.sign-out-everywhere",
        "person.disable",
    ]
    told = str(journal.audit.entries(limit=1000))
    secret_of = {"session": session.token.split("_", 1)[1], "token": token.token.split("_", 2)[2]}
    for secret in (*secret_of.values(), "head.body.signature"):
        assert secret not in told
    assert journal.check() == []


def test_names_of_many_are_known_at_once_and_unknown_ones_are_left_out(journal: Journal) -> None:
    ada, ben = admitted(journal, "ada"), admitted(journal, "ben")
    wanted = [ada.id, ben.id, "nobody"]
    assert journal.people.names(wanted) == {ada.id: ada.name, ben.id: ben.name}
    assert journal.people.names([]) == {}
