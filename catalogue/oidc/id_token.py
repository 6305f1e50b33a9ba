"""Judging an ID token (OpenID Connect Core, 3.1.3.7): nothing that it says is read before its signature
is proved by a key that the provider publishes."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jws, jwt

from catalogue.errors import Unauthenticated

# Signatures by a key pair only. With "none" nothing is proved, and with an HMAC a published key would
# be the secret (RFC 8725, 2.1 and 3.1).
KINDS: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    **dict.fromkeys(("EdDSA", "Ed25519"), "OKP"),
}
LONGEST = 64 * 1024  # characters
LEEWAY = 60  # seconds that clocks may differ
LEAST_BITS = 2048  # of an RSA key (RFC 7518, 3.3)

Key = Mapping[str, Any]


class TokenRefused(Unauthenticated):
    """The ID token proves nothing. The message says why, and repeats nothing of the token."""


class KeyUnknown(TokenRefused):
    """The token names a key that the provider did not publish when it was last asked."""


def verified(
    token: str,
    keys: Sequence[Key],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str | None,
    now: datetime,
) -> dict[str, Any]:
    """The claims of a token that this provider made, for us, for this sign-in, and that is not over.

    Raises: TokenRefused; KeyUnknown.
    """
    try:
        decoded = _decoded(token, keys)
    except TokenRefused:
        raise
    except Exception as error:  # whatever foreign bytes make a library do, it is a refusal
        raise TokenRefused(f"the ID token is not signed by the provider: {_why(error)}") from error
    rules: Any = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True}}
    known = {"client_id": client_id, "nonce": nonce, "access_token": access_token}
    claims = CodeIDToken(decoded.claims, decoded.header, rules, known)
    try:
        claims.validate(int(now.timestamp()), LEEWAY)
    except Exception as error:  # as above
        raise TokenRefused(f"the ID token is refused: {_why(error)}") from error
    _check_again(claims, issuer, client_id, nonce)
    return dict(claims)


def _decoded(token: str, keys: Sequence[Key]) -> jwt.Token:
    if len(token) > LONGEST:
        raise TokenRefused(f"the ID token is longer than {LONGEST} characters")
    header = jws.extract_compact(token.encode()).headers()
    algorithm = str(header.get("alg"))
    if algorithm not in KINDS:
        raise TokenRefused("the ID token is signed in a way that is not accepted")
    if "crit" in header or "b64" in header:
        raise TokenRefused("the ID token asks for an extension that is not known here")
    key = jwk.import_key(dict(_key(header, keys)))
    if isinstance(key, jwk.RSAKey) and key.raw_value.key_size < LEAST_BITS:
        raise TokenRefused(f"the key of the ID token has fewer than {LEAST_BITS} bits")
    return jwt.decode(token, key, algorithms=[algorithm])


def _key(header: Mapping[str, Any], keys: Sequence[Key]) -> Key:
    """The one published key that the token can be signed with (OpenID Connect Core, 10.1)."""
    kind, kid = KINDS[header["alg"]], header.get("kid")
    fitting = [
        key
        for key in keys
        if key.get("kty") == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", header["alg"]) == header["alg"]
        and (kid is None or key.get("kid") == kid)
    ]
    if not fitting:
        raise KeyUnknown("the ID token is signed with a key that the provider does not publish")
    if len(fitting) > 1:
        raise TokenRefused("the ID token does not tell which of the provider's keys signed it")
    return fitting[0]


def _check_again(claims: Mapping[str, Any], issuer: str, client_id: str, nonce: str) -> None:
    """What must never be wrong is looked at once more, whatever the library makes of it."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise TokenRefused("the ID token is of another issuer")
    if client_id not in audiences:
        raise TokenRefused("the ID token is for another program")
    if len(audiences) > 1 and claims.get("azp") != client_id:
        raise TokenRefused("the ID token was made for another of its audiences")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise TokenRefused("the ID token belongs to another sign-in")


def _why(error: BaseException) -> str:
    """The name of a fault; texts of libraries may repeat what was sent."""
    claim = getattr(error, "claim", None)
    told = getattr(error, "error", None) or type(error).__name__
    return f"{told} ({claim})" if isinstance(claim, str) else str(told)
