"""An OpenID Connect provider that also issues wrong tokens, because a certified one never does."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID, CLIENT_SECRET = "mboc-portal", "s3cret of+the client~"
Claims = dict[str, Any]
Forge = Callable[["ForgingProvider", Claims], str]


def a_key() -> RSAKey:
    """Return a new RSA key with a key id."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})


@dataclass
class ForgingProvider:
    """The behaviour of the provider, and its requests.

    Attributes:
        base: Address of the server.
        path: Path of the issuer.
        template: Issuer of the metadata, if it differs from the issuer.
        claims: Claims that replace those of a right ID token. None removes a claim.
        forge: Makes the ID token from the claims, if not with the key.
        token_answer: Fields that replace those of the token endpoint's answer.
        hangs: Whether no request is answered.
        calls: Requests by the last part of their path.
    """

    base: str = ""
    path: str = ""
    template: str = ""
    key: RSAKey | ECKey = field(default_factory=a_key)
    published: list[Any] = field(default_factory=list)
    claims: Claims = field(default_factory=dict)
    forge: Forge | None = None
    metadata: Claims = field(default_factory=dict)
    token_status: int = 200
    token_answer: Claims = field(default_factory=dict)
    hangs: bool = False
    calls: Counter[str] = field(default_factory=Counter)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        """The issuer of right ID tokens."""
        return f"{self.base}{self.path}"

    def reset(self) -> None:
        """Issue right tokens again."""
        self.claims, self.forge, self.token_answer, self.metadata = {}, None, {}, {}
        self.token_status, self.hangs = 200, False

    def authorize(self, location: str, **answer: str | None) -> dict[str, str]:
        """Sign the person in at the address of the start, and return the answer's parameters."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.issuer} | answer
        return {name: value for name, value in given.items() if value is not None}

    def sign(self, claims: Claims, key: Any = None, **header: Any) -> str:
        """Return a signed token."""
        key = key or self.key
        alg = header.pop("alg", "RS256" if isinstance(key, RSAKey) else "ES256")
        return jwt.encode({"alg": alg, "kid": key.kid} | header, claims, key, algorithms=[alg])

    async def answer(self, request: web.Request) -> web.Response:
        """Answer every request."""
        name = request.path.rpartition("/")[2]
        self.calls[name] += 1
        if self.hangs:
            await asyncio.Event().wait()
        match name:
            case "openid-configuration":
                return web.json_response(self._metadata())
            case "keys":
                keys = [self.key.as_dict(private=False), *self.published]
                return web.json_response({"keys": keys})
            case "token":
                return await self._token(request)
        return web.Response(status=404)

    def _metadata(self) -> Claims:
        return {
            "issuer": self.template or self.issuer,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": f"{self.base}/token",
            "jwks_uri": f"{self.base}/keys",
        } | self.metadata

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form | {"authorization": request.headers.get("Authorization", "")})
        asked = self.codes.pop(form["code"], None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        access_token = "made-up access token"
        claims = self._claims(asked["nonce"], access_token)
        token = self.forge(self, claims) if self.forge else self.sign(claims)
        answer = {"token_type": "Bearer", "access_token": access_token, "id_token": token}
        return web.json_response(answer | self.token_answer, status=self.token_status)

    def _claims(self, nonce: str, access_token: str) -> Claims:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "subject-1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "at_hash": half_hash(access_token),
            "auth_time": now,
            "preferred_username": "person@cronus.example",
            "roles": ["operator"],
        } | self.claims
        return {name: value for name, value in claims.items() if value is not None}


def a_person(**claims: Any) -> Claims:
    """Return the claims of a person who has no account yet."""
    name = f"person-{uuid.uuid4().hex[:8]}"
    return {"sub": f"sub of {name}", "preferred_username": f"{name}@CRONUS.example"} | claims


def half_hash(text: str) -> str:
    """Return the value of ``at_hash`` for RS256 and ES256."""
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def unsigned(claims: Claims) -> str:
    """Return a token with the algorithm none."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def signed_with_public_key(provider: ForgingProvider, claims: Claims) -> str:
    """Return a token whose signature uses the public key as a shared secret."""
    text = f"{_part({'alg': 'HS256', 'kid': provider.key.kid})}.{_part(claims)}"
    secret = provider.key.as_pem(private=False)
    return f"{text}.{_encoded(hmac.digest(secret, text.encode(), 'sha256'))}"


def _part(value: Claims) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@contextlib.asynccontextmanager
async def forging_provider(**behaviour: Any) -> AsyncIterator[ForgingProvider]:
    """Run the provider inside this block."""
    provider = ForgingProvider(**behaviour)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", provider.answer)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0.1)
    provider.base = f"http://127.0.0.1:{server.port}"
    yield provider
    await server.close()
