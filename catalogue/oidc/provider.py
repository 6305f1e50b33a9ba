"""The identity provider: its documents, the code flow with PKCE, and where to sign out.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 6749, RFC 7636 (S256), RFC 9207. Everything that goes to
the provider goes through the guarded client.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from catalogue.errors import FetchError, InvalidInput, SettingsError, Unavailable
from catalogue.oidc.claims import Meaning
from catalogue.oidc.id_token import KeyUnknown, TokenRefused, verified
from catalogue.people import SignIn
from catalogue.ports import Answer, Client
from catalogue.settings import LOOPBACK

DISCOVERY = "/.well-known/openid-configuration"
FRESH = timedelta(hours=1)  # for as long as this the provider's documents are not asked for again
STALE = timedelta(days=1)  # for as long as this they are good where the provider does not answer
AGAIN = 30  # seconds after which to try again

RANDOM = 32  # bytes of state, nonce and verifier
MOST_KEYS = 100

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """What the operator and the provider have agreed on. Without a secret we are a public client."""

    issuer: str
    client_id: str
    redirect_uri: str
    home: str
    secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody has shown by signing in; `id_token` is for signing out."""

    claims: Mapping[str, Any]
    id_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Kept:
    at: datetime
    value: Any


class Provider:
    """One provider. Safe to share between threads; each call uses a client of its own."""

    def __init__(
        self,
        registration: Registration,
        meaning: Meaning,
        client: Callable[[], Client],
        clock: Callable[[], datetime],
    ) -> None:
        check_issuer(registration.issuer)
        self.registration, self.meaning = registration, meaning
        self._client, self._clock = client, clock
        self._kept: dict[str, _Kept] = {}

    def begin(self, following: str) -> tuple[str, SignIn]:
        """Where the browser goes to sign in, and what to keep until it comes back; from there it goes
        on to `following`. Raises: Unavailable."""
        about = self._about()
        sign_in = SignIn(
            secrets.token_urlsafe(RANDOM),
            secrets.token_urlsafe(RANDOM),
            secrets.token_urlsafe(RANDOM),
            following,
        )
        address = prepare_grant_uri(
            about["authorization_endpoint"],
            self.registration.client_id,
            "code",
            redirect_uri=self.registration.redirect_uri,
            scope=list(self.registration.scopes),
            state=sign_in.state,
            nonce=sign_in.nonce,
            code_challenge=create_s256_code_challenge(sign_in.verifier),
            code_challenge_method="S256",
        )
        return str(address), sign_in

    def finish(self, sign_in: SignIn, answer: Mapping[str, str]) -> Shown:
        """What the person has shown, given the parameters that the browser came back with.

        Raises: InvalidInput where they are no good answer; TokenRefused; Unavailable.
        """
        about = self._about()
        self._check_answer(sign_in, answer, about)
        tokens = self._exchange(answer["code"], sign_in.verifier, about)
        id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
        if not isinstance(id_token, str):
            raise TokenRefused("the identity provider gave no ID token")
        bearer = access_token if isinstance(access_token, str) else None
        claims = self._verified(id_token, sign_in, bearer)
        if bearer and self.meaning.wanted(claims):
            claims = {**self._userinfo(bearer, claims["sub"], about), **claims}
        return Shown(claims, id_token)

    def sign_out_address(self, id_token: str | None) -> str | None:
        """Where the person can sign out at the provider, too (RP-Initiated Logout 1.0, 2); None where
        it offers that not, or cannot be asked."""
        try:
            endpoint = self._about().get("end_session_endpoint")
        except Unavailable:
            return None
        if not isinstance(endpoint, str) or not self._usable(endpoint):
            return None
        told = {
            "client_id": self.registration.client_id,
            "post_logout_redirect_uri": self.registration.home,
            **({"id_token_hint": id_token} if id_token else {}),
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(told)}"

    # --- the code flow -----------------------------------------------------------------------

    def _check_answer(
        self, sign_in: SignIn, answer: Mapping[str, str], about: Mapping[str, Any]
    ) -> None:
        if not hmac.compare_digest(answer.get("state", "").encode(), sign_in.state.encode()):
            raise InvalidInput("this answer belongs to another sign-in; begin again")
        said = answer.get("iss")
        promised = about.get("authorization_response_iss_parameter_supported") is True
        if said != self.registration.issuer and (said is not None or promised):
            raise InvalidInput("this answer is of another identity provider; begin again")
        if "error" in answer:
            raise InvalidInput(
                f"the identity provider did not sign you in: {_word(answer['error'])}"
            )
        if not answer.get("code"):
            raise InvalidInput("the identity provider answered without a code; begin again")

    def _exchange(self, code: str, verifier: str, about: Mapping[str, Any]) -> dict[str, Any]:
        """The tokens for a code (RFC 6749, 4.1.3). Raises: InvalidInput; Unavailable."""
        own, headers, more = self.registration, dict(_FORM), {"code_verifier": verifier}
        methods = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if own.secret and "client_secret_basic" in methods:
            headers["Authorization"] = _basic(own.client_id, own.secret)
        else:
            more["client_id"] = own.client_id
            more.update({"client_secret": own.secret} if own.secret else {})
        body = prepare_token_request(
            "authorization_code", redirect_uri=own.redirect_uri, code=code, **more
        )
        endpoint = about["token_endpoint"]
        answer = self._asked(
            lambda client: client.post(endpoint, body=str(body).encode(), headers=headers)
        )
        told = _object(answer)
        if answer.status >= 500 or answer.status == 429 or (answer.status == 200 and told is None):
            raise self._unavailable(f"{endpoint} answered {answer.status} without tokens")
        if answer.status != 200 or told is None:
            why = _word((told or {}).get("error"))
            log.warning("%s refused a code: %s", endpoint, why)
            raise InvalidInput(f"the identity provider refused the sign-in: {why}; begin again")
        return told

    def _verified(self, id_token: str, sign_in: SignIn, access_token: str | None) -> dict[str, Any]:
        def judge(keys: list[Any]) -> dict[str, Any]:
            return verified(
                id_token,
                keys,
                issuer=self.registration.issuer,
                client_id=self.registration.client_id,
                nonce=sign_in.nonce,
                access_token=access_token,
                now=self._clock(),
            )

        try:
            return judge(self._keys())
        except KeyUnknown:  # the provider may have changed its keys
            return judge(self._keys(again=True))

    def _userinfo(self, access_token: str, subject: str, about: Mapping[str, Any]) -> Any:
        """More about the person, where the provider tells it of the same one (Core, 5.3.2)."""
        endpoint = about.get("userinfo_endpoint")
        if not isinstance(endpoint, str) or not self._usable(endpoint):
            return {}
        bearer = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        told = _object(self._asked(lambda client: client.get(endpoint, headers=bearer)))
        if told is None:  # signed or encrypted, which we did not ask for
            log.warning("%s told nothing that can be read", endpoint)
            return {}
        if told.get("sub") != subject:
            raise TokenRefused("the identity provider told of somebody else than it signed in")
        return told

    # --- the provider's documents ------------------------------------------------------------

    def _about(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises: Unavailable."""
        issuer = self.registration.issuer
        about = self._document("about", f"{issuer.rstrip('/')}{DISCOVERY}", again=False)
        if about.get("issuer") != issuer:
            self._kept.pop("about", None)
            raise self._unavailable(
                f"what is at AICAT_OIDC_ISSUER calls itself {_word(about.get('issuer'))}, and must"
                f" call itself {issuer}"
            )
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not isinstance(about.get(name), str) or not self._usable(about[name]):
                self._kept.pop("about", None)
                raise self._unavailable(f"the identity provider names no usable {name}")
        return about

    def _keys(self, *, again: bool = False) -> list[Any]:
        """The keys that the provider publishes (RFC 7517). Raises: Unavailable."""
        found = self._document("keys", self._about()["jwks_uri"], again=again).get("keys")
        listed = found if isinstance(found, list) else []
        return [one for one in listed[:MOST_KEYS] if isinstance(one, dict)]

    def _document(self, name: str, address: str, *, again: bool) -> Mapping[str, Any]:
        kept, now = self._kept.get(name), self._clock()
        if kept is not None and not again and now - kept.at < FRESH:
            return _mapping(kept.value)
        try:
            answer = self._asked(
                lambda client: client.get(address, headers={"Accept": "application/json"})
            )
            found = _object(answer)
            if found is None:
                raise self._unavailable(f"{address} answered no JSON object")
        except Unavailable:
            if kept is None or again or now - kept.at >= STALE:
                raise
            log.warning("%s: the copy of %s is used", address, kept.at)
            return _mapping(kept.value)
        self._kept[name] = _Kept(now, found)
        return found

    def _asked(self, ask: Callable[[Client], Answer]) -> Answer:
        try:
            return ask(self._client())
        except FetchError as error:
            raise self._unavailable(str(error)) from error

    def _unavailable(self, why: str) -> Unavailable:
        log.warning("the identity provider cannot be used: %s", why)
        return Unavailable(
            "signing in is not possible just now: the identity provider does not answer as it"
            " should; try again soon",
            retry_after=AGAIN,
        )

    def _usable(self, address: str) -> bool:
        """Whether an address of the provider's is at least as safe as its own."""
        own, given = urlsplit(self.registration.issuer), urlsplit(address)
        return given.scheme == "https" or (
            given.scheme == own.scheme == "http" and given.hostname in LOOPBACK
        )


_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def check_issuer(issuer: str) -> None:
    """Raises: SettingsError for an issuer that cannot be trusted (Discovery 1.0, 3: https; on loopback,
    for tests and trials, http)."""
    try:
        parts = urlsplit(issuer)
        plain = not (parts.query or parts.fragment or "@" in parts.netloc) and parts.hostname
    except ValueError:
        plain = None
    if not plain or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    ):
        raise SettingsError(
            f"AICAT_OIDC_ISSUER: {issuer[:200]!r} is no issuer; write https://…, without query"
        )


def _basic(client_id: str, secret: str) -> str:
    """RFC 6749, 2.3.1: each part form-encoded first."""
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _object(answer: Answer) -> dict[str, Any] | None:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    assert isinstance(value, Mapping)
    return value


def _word(value: Any) -> str:
    """A word of the provider's as it may be shown: short and printable."""
    text = "".join(one for one in str(value or "unknown") if one.isprintable())
    return text[:100]
