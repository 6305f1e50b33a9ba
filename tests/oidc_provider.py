"""A small identity provider on loopback: real HTTP, real keys, PKCE checked; it can be told to misbehave."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "catalogue", "a secret: with/odd characters"
CALLBACK = "/sign-in/callback"


@cache
def rsa(kid: str) -> jwk.RSAKey:
    """A key pair, made once for all tests of a process."""
    return jwk.generate_key("RSA", 2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)


class IdentityProvider:
    """`people`: claims by subject; whoever comes is signed in as `current`. `trouble` names what it does
    wrong; `asked` lists the paths that were asked for."""

    def __init__(self, address: str) -> None:
        self.issuer = f"{address}/realm"
        self.people: dict[str, dict[str, Any]] = {}
        self.current = "ada"
        self.trouble = ""
        self.kid = "first"
        self.published = ["first"]
        self.userinfo: dict[str, Any] | None = None
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._base = address

    # --- what it says ---

    def about(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        if self.userinfo is not None:
            told["userinfo_endpoint"] = f"{self.issuer}/userinfo"
        if self.trouble == "another issuer's document":
            told["issuer"] = "https://another.example/realm"
        if self.trouble == "keys over the open net":
            told["jwks_uri"] = "http://identity.example/keys"
        return told

    def keys(self) -> dict[str, Any]:
        return {"keys": [rsa(kid).as_dict(private=False) for kid in self.published]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        if self.trouble == "access denied":
            back = {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
        if self.trouble == "mixed up":
            back["iss"] = "https://another.example/realm"
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """RFC 6749, 4.1.3, with PKCE: each code once."""
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client, secret = (unquote_plus(part) for part in pair.split(":"))
        if (client, secret) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        begun = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if begun is None or begun["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if begun["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": f"access-{self.current}",
            "token_type": "Bearer",
            "id_token": self.id_token(begun["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now, trouble = int(time.time()), self.trouble
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": self.current,
            "aud": CLIENT,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
            **self.people.get(self.current, {}),
        }
        wrong: dict[str, dict[str, Any]] = {
            "wrong issuer": {"iss": "https://another.example/realm"},
            "wrong audience": {"aud": "another"},
            "another's audience": {"aud": [CLIENT, "another"], "azp": "another"},
            "two audiences and no party": {"aud": [CLIENT, "another"]},
            "expired": {"iat": now - 900, "exp": now - 600},
            "of the future": {"iat": now + 3600, "exp": now + 7200},
            "wrong nonce": {"nonce": "another"},
            "nobody": {"sub": ""},
        }
        claims.update(wrong.get(trouble, {}))
        for missing in ("nonce", "exp", "aud", "sub"):
            if trouble == f"no {missing}":
                del claims[missing]
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        trouble = self.trouble
        header = {"alg": "RS256", "kid": self.kid}
        if trouble == "alg none":
            parts = ({"alg": "none", "kid": self.kid}, claims)
            return ".".join([*(_packed(part) for part in parts), ""])
        if trouble == "HS256 with the public key":
            key = rsa(self.kid).as_pem(private=False)
            signed = f"{_packed({**header, 'alg': 'HS256'})}.{_packed(claims)}"
            digest = hmac.new(key, signed.encode(), hashlib.sha256).digest()
            return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        if trouble == "a stranger's signature":
            return jwt.encode(header, claims, rsa("stranger"))
        if trouble == "a key that is not published":
            return jwt.encode({**header, "kid": "unknown"}, claims, rsa("stranger"))
        if trouble == "its own key inside":
            own = rsa("stranger").as_dict(private=False)
            return jwt.encode({**header, "jwk": own}, claims, rsa("stranger"))
        if trouble == "an unknown extension":
            head, _, rest = jwt.encode(header, claims, rsa(self.kid)).partition(".")
            return f"{_packed({**header, 'crit': ['x'], 'x': 1})}.{rest or head}"
        if trouble == "changed behind its signature":
            head, _body, end = jwt.encode(header, claims, rsa(self.kid)).split(".")
            return f"{head}.{_packed({**claims, 'sub': 'eve'})}.{end}"
        if trouble == "no token at all":
            return "e.y.J"
        return jwt.encode(header, claims, rsa(self.kid))

    def sign_in(self, address: str) -> str:
        """What a browser does at the address that it was led to: where it is sent back to."""
        opener = urllib.request.build_opener(_Stay)
        try:
            opener.open(address, timeout=30)
        except urllib.error.HTTPError as answer:
            with answer:
                assert answer.code == 302
                return str(answer.headers["Location"])
        raise AssertionError("the provider did not send the browser back")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any) -> None:
        return None


def _packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class _Handler(BaseHTTPRequestHandler):
    @property
    def here(self) -> IdentityProvider:
        return self.server.provider  # type: ignore[attr-defined,no-any-return]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.here.asked.append(parts.path)
        if parts.path == "/realm/.well-known/openid-configuration":
            self._say(200, self.here.about())
        elif parts.path == "/realm/keys":
            self._say(200, self.here.keys())
        elif parts.path == "/realm/userinfo":
            assert self.headers["Authorization"] == f"Bearer access-{self.here.current}"
            self._say(200, self.here.userinfo or {})
        elif parts.path == "/realm/authorize":
            self.send_response(302)
            self.send_header("Location", self.here.authorize(asked))
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._say(404, {})

    def do_POST(self) -> None:
        self.here.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if self.here.trouble == "broken":
            self._say(500, {})
            return
        self._say(*self.here.token(form, self.headers.get("Authorization", "")))

    def _say(self, status: int, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        if self.here.trouble == "huge":
            body += b" " * (2 * 1024 * 1024)
        if self.here.trouble == "a page instead":
            body = b"<html>Sign in</html>"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if self.here.trouble == "slow":
                for one in body:  # until the other side has had enough
                    self.wfile.write(bytes([one]))
                    self.wfile.flush()
                    time.sleep(0.2)
            else:
                self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        return


@contextlib.contextmanager
def provider() -> Iterator[IdentityProvider]:
    """A provider that answers on loopback."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    here = IdentityProvider(f"http://127.0.0.1:{server.server_port}")
    server.provider = here  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join(30)
