"""What the claims of an identity provider mean here: who somebody is, and in which roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catalogue.errors import InvalidInput, SettingsError
from catalogue.people import MOST_TEXT, Grant, Identity, Role, grant_of, language_of, name_of

NAMES = ("name", "preferred_username", "nickname", "email", "sub")  # the first that is there


@dataclass(frozen=True, slots=True)
class Meaning:
    """How claims are read. `roles_claim`, `organisation_claim`: a claim's name, or a path with dots
    between; empty for none. `roles`: the grants that a value of the former stands for."""

    roles_claim: str = ""
    roles: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    organisation_claim: str = ""

    def wanted(self, claims: Mapping[str, Any]) -> bool:
        """Whether something that we look for is not among the claims."""
        looked_for = ("name", *filter(None, (self.roles_claim, self.organisation_claim)))
        return any(at(claims, one) is None for one in looked_for)

    def grants(self, claims: Mapping[str, Any]) -> list[Grant]:
        """The roles that the claims give, as they are written; values that stand for none are passed
        over, as a provider has roles for other programs too."""
        found = [
            grant
            for value in texts(at(claims, self.roles_claim))
            for grant in self.roles.get(value, ())
        ]
        organisations = texts(at(claims, self.organisation_claim))
        if len(organisations) == 1:
            found.append(Grant(Role.MEMBER, organisations[0]))
        return list(dict.fromkeys(found))


def meaning_of(roles_claim: str, roles: str, organisation_claim: str) -> Meaning:
    """The meaning that the settings give. `roles` is `value=role,value=role:scope,…`; one value may
    stand for several roles.

    Raises: SettingsError.
    """
    known: dict[str, tuple[Grant, ...]] = {}
    for one in filter(None, (part.strip() for part in roles.split(","))):
        value, mark, grant = (part.strip() for part in one.rpartition("="))
        if not mark or not value:
            raise SettingsError(
                f"AICAT_OIDC_ROLES: {one!r} is no assignment; write VALUE=ROLE or VALUE=ROLE:SCOPE"
            )
        try:
            known[value] = (*known.get(value, ()), grant_of(grant))
        except InvalidInput as error:
            raise SettingsError(f"AICAT_OIDC_ROLES: {one}: {error}") from error
    if known and not roles_claim.strip():
        raise SettingsError("AICAT_OIDC_ROLES: set AICAT_OIDC_ROLES_CLAIM, too")
    return Meaning(roles_claim.strip(), known, organisation_claim.strip())


def identity_of(issuer: str, claims: Mapping[str, Any]) -> Identity:
    """Who the claims say that somebody is (OpenID Connect Core, 5.1). An address that the provider has
    not verified is left out.

    Raises: InvalidInput where there is no usable subject.
    """
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise InvalidInput("the identity provider names nobody: `sub` is missing or unusable")
    email = claims.get("email")
    usable = isinstance(email, str) and 3 <= len(email) <= MOST_TEXT and email.isprintable()
    verified = claims.get("email_verified", True) is not False
    locale = claims.get("locale")
    return Identity(
        issuer,
        subject,
        _name(claims),
        email if usable and verified and "@" in str(email) else None,
        language_of(locale) if isinstance(locale, str) else None,
    )


def at(claims: Mapping[str, Any], path: str) -> Any:
    """The claim of that name, or at the end of that path; None where there is none."""
    if not path:
        return None
    if path in claims:  # names that are addresses hold dots
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    return found


def texts(value: Any) -> list[str]:
    """The texts that a claim holds: one, a list of them, or the keys of an object."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, Mapping):
        return [one for one in value if isinstance(one, str)]
    if isinstance(value, Sequence):
        return [one for one in value if isinstance(one, str) and one]
    return []


def _name(claims: Mapping[str, Any]) -> str:
    for claim in NAMES:
        given = claims.get(claim)
        if isinstance(given, str):
            try:
                return name_of(given[:MOST_TEXT])
            except InvalidInput:
                continue
    return "Somebody without a name"
