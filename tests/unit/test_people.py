"""Roles, grants and claims: what they mean, without a database or a provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import Forbidden, InvalidInput, SettingsError
from catalogue.model import PUBLIC
from catalogue.oidc import meaning_of
from catalogue.oidc.claims import identity_of
from catalogue.oidc.provider import check_issuer
from catalogue.people import (
    CATALOGUE_ROLES,
    GRANTED,
    HOLDER_ROLES,
    IDLE,
    LONGEST,
    ORGANISATION_ROLES,
    Grant,
    Person,
    Role,
    Session,
    check_grant,
    grant_of,
    language_of,
    name_of,
    one_organisation,
    organisation_of,
)
from catalogue.settings import MASK, Settings, load, shown
from vocab.languages import OFFICIAL

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def person(*grants: Grant, **more: Any) -> Person:
    return Person("p1", "local", "ada", "Ada (fictional)", grants=grants, **more)


def test_every_role_is_granted_somewhere_but_that_of_everybody() -> None:
    assert set(GRANTED) | {Role.APPLICANT} == set(Role)
    assert len(ORGANISATION_ROLES) + len(HOLDER_ROLES) + len(CATALOGUE_ROLES) == len(GRANTED)


def test_a_role_counts_where_it_is_held_and_holds_no_other() -> None:
    one = person(Grant(Role.DECIDER, "north"), Grant(Role.ADMINISTRATOR))
    assert one.may(Role.DECIDER)
    assert one.may(Role.DECIDER, "north")
    assert not one.may(Role.DECIDER, "south")
    for role in (Role.HANDLER, Role.STEWARD, Role.AUDITOR, Role.MEMBER):
        assert not one.may(role)
    assert one.scopes(Role.DECIDER) == ("north",)
    assert one.nodes == ("north",)


def test_everybody_is_an_applicant_and_a_representative_a_member() -> None:
    assert person().roles == (Role.APPLICANT,)
    assert person(Grant(Role.REPRESENTATIVE, "acme")).may(Role.MEMBER, "acme")
    assert not person(Grant(Role.MEMBER, "acme")).may(Role.REPRESENTATIVE, "acme")


def test_a_disabled_person_may_nothing_and_reads_as_anybody() -> None:
    one = person(Grant(Role.HANDLER, "north"), Grant(Role.ADMINISTRATOR), disabled=True)
    assert not any(one.may(role) for role in Role)
    assert (one.roles, one.scopes(Role.HANDLER)) == ((), ())
    assert one.reader.audiences == (PUBLIC,)


def test_who_works_for_holders_reads_as_their_nodes() -> None:
    two = person(Grant(Role.HANDLER, "north"), Grant(Role.REVIEWER_LEGAL, "south"))
    assert two.reader.audiences == (PUBLIC, "members", "node:north", "node:south")
    assert person(Grant(Role.STEWARD)).reader.audiences == (PUBLIC, "members")
    assert person(Grant(Role.MEMBER, "acme")).reader.audiences == (PUBLIC,)


@given(
    st.lists(
        st.sampled_from(
            [Grant(Role.HANDLER, "n"), Grant(Role.REPRESENTATIVE, "o"), Grant(Role.STEWARD)]
        )
    ),
    st.lists(st.sampled_from(list(Role))),
)
def test_what_is_limited_may_never_do_more(grants: list[Grant], roles: list[Role]) -> None:
    whole = person(*grants)
    less = whole.limited(roles)
    for role in Role:
        for scope in (None, "n", "o"):
            assert whole.may(role, scope) or not less.may(role, scope)
            if role not in {Role.APPLICANT, Role.MEMBER} and role not in roles:
                assert not less.may(role, scope)
    assert less.organisation == whole.organisation
    assert whole.limited(None) == whole


@pytest.mark.parametrize("grant", [Grant(Role.STEWARD), Grant(Role.REVIEWER_ETHICS, "north")])
def test_a_grant_is_read_as_it_is_written(grant: Grant) -> None:
    assert grant_of(str(grant)) == grant


@pytest.mark.parametrize(
    "text", ["", "king", "applicant", "handler", "handler:", "steward:north", "member", "Steward"]
)
def test_a_text_that_is_no_grant_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        grant_of(text)


def test_nobody_grants_to_themselves_but_administrators() -> None:
    rosa = person(Grant(Role.REPRESENTATIVE, "acme"))
    with pytest.raises(Forbidden, match="themselves"):
        check_grant(rosa, rosa, Grant(Role.MEMBER, "acme"))
    check_grant(None, rosa, Grant(Role.ADMINISTRATOR))
    chief = person(Grant(Role.ADMINISTRATOR))
    check_grant(chief, chief, Grant(Role.STEWARD))


def test_of_several_organisations_one_is_kept() -> None:
    found = one_organisation(
        [Grant(Role.MEMBER, "bolt"), Grant(Role.MEMBER, "acme"), Grant(Role.REPRESENTATIVE, "acme")]
    )
    assert found == [Grant(Role.MEMBER, "acme"), Grant(Role.REPRESENTATIVE, "acme")]


def test_a_session_ends_when_it_idles_and_at_last() -> None:
    fresh = Session("s", "p", NOW, NOW)
    assert not fresh.over(NOW + IDLE - timedelta(seconds=1))
    assert fresh.over(NOW + IDLE)
    used = Session("s", "p", NOW, NOW + LONGEST - timedelta(minutes=1))
    assert used.over_at == NOW + LONGEST


def test_a_name_is_one_printable_line() -> None:
    assert name_of(" Ada\n\t Example\u202e ") == "Ada Example"
    for wrong in ("", " \n", "x" * 201, "\u200b"):
        with pytest.raises(InvalidInput):
            name_of(wrong)


def test_the_languages_are_the_union_s() -> None:
    assert [language_of(one) for one in OFFICIAL] == list(OFFICIAL)
    assert (language_of("de-AT"), language_of("PT_br")) == ("de", "pt")
    for wrong in ("", "tlh", "deu", "xx", "uk"):
        assert language_of(wrong) is None


def test_an_organisation_is_of_usable_values() -> None:
    assert organisation_of("acme-2", "Acme", "FI", "sme").id == "acme-2"
    for wrong in (
        ("Acme", "Acme", "FI", "sme"),
        ("-a", "Acme", "FI", "sme"),
        ("a" * 65, "Acme", "FI", "sme"),
        ("../x", "Acme", "FI", "sme"),
        ("acme", "", "FI", "sme"),
        ("acme", "Acme", "fi", "sme"),
        ("acme", "Acme", "FI", "club"),
    ):
        with pytest.raises(InvalidInput):
            organisation_of(*wrong)


# --- claims ---

ROLES = "staff=handler:north,staff=decider:north, chiefs = administrator ,cn=x=steward"


def test_values_of_the_claim_give_the_roles_that_the_setting_says() -> None:
    meaning = meaning_of("realm_access.roles", ROLES, "")
    claims = {"realm_access": {"roles": ["staff", "others", "cn=x", 7]}}
    assert meaning.grants(claims) == [
        Grant(Role.HANDLER, "north"),
        Grant(Role.DECIDER, "north"),
        Grant(Role.STEWARD),
    ]
    for nothing in (
        {},
        {"realm_access": 1},
        {"realm_access": {"roles": None}},
        {"roles": ["staff"]},
    ):
        assert meaning.grants(nothing) == []


@pytest.mark.parametrize("value", ["chiefs", ["chiefs"], {"chiefs": {"id": 1}}])
def test_a_claim_is_a_text_a_list_or_an_object(value: Any) -> None:
    meaning = meaning_of("https://one.example/roles", ROLES, "")
    assert meaning.grants({"https://one.example/roles": value}) == [Grant(Role.ADMINISTRATOR)]


def test_an_organisation_is_claimed_where_it_is_one() -> None:
    meaning = meaning_of("", "", "org")
    assert meaning.grants({"org": ["acme"]}) == [Grant(Role.MEMBER, "acme")]
    assert meaning.grants({"org": {"acme": {}}}) == [Grant(Role.MEMBER, "acme")]
    assert meaning.grants({"org": ["acme", "bolt"]}) == []


@pytest.mark.parametrize(
    ("claim", "roles"),
    [
        ("r", "staff"),
        ("r", "=steward"),
        ("r", "staff=king"),
        ("r", "staff=handler"),
        ("", "a=steward"),
    ],
)
def test_an_assignment_that_cannot_be_used_stops_the_start(claim: str, roles: str) -> None:
    with pytest.raises(SettingsError, match="AICAT_OIDC_ROLES"):
        meaning_of(claim, roles, "")


def test_an_address_that_is_not_verified_is_left_out() -> None:
    claims: dict[str, Any] = {"sub": "s", "email": "ada@one.example", "email_verified": False}
    assert identity_of("i", claims).email is None
    assert identity_of("i", {**claims, "email_verified": True}).email == "ada@one.example"
    for wrong in (7, "no address", "a@b\nc", "x" * 300 + "@one.example"):
        assert identity_of("i", {"sub": "s", "email": wrong}).email is None


@pytest.mark.parametrize(
    "claims", [{}, {"sub": ""}, {"sub": 7}, {"sub": "x" * 256}, {"sub": "a\nb"}]
)
def test_claims_that_name_nobody_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        identity_of("i", claims)


@pytest.mark.parametrize(
    "issuer",
    ["http://identity.example", "https://u:p@identity.example", "https://identity.example?x=1", "ftp://x", "x", ""],
)  # fmt: skip
def test_an_issuer_that_cannot_be_trusted_stops_the_start(issuer: str) -> None:
    with pytest.raises(SettingsError, match="AICAT_OIDC_ISSUER"):
        check_issuer(issuer)


def test_the_client_s_secret_is_shown_and_written_down_nowhere() -> None:
    settings = load({"AICAT_OIDC_CLIENT_SECRET": "open sesame"})
    assert shown("oidc_client_secret", settings.oidc_client_secret) == MASK
    assert "open sesame" not in f"{settings!r} {settings.told()}"
    key = Settings(search_api_key="open sesame")
    assert "open sesame" not in str(key.told())


def test_openid_must_be_asked_for() -> None:
    with pytest.raises(SettingsError, match="openid"):
        load({"AICAT_OIDC_SCOPES": "profile email"})
