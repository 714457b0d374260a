"""One authenticator for each type of authentication."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from simulator.authentication.handshake import Handshake
from simulator.authentication.requirements import LoginRequirement, TokenRequirement
from simulator.authentication.tokens import Tokens
from simulator.errors import HandshakeError

REALM = 'realm="simulator"'


class AuthResult(NamedTuple):
    """The result of authenticating a request. ``challenge`` is the WWW-Authenticate header of the
    answer.

    ``is_handshake_step`` marks a 401 that a handshake needs. ``completes_handshake`` marks the
    request that authenticated its connection.
    """

    is_authenticated: bool
    challenge: str | None = None
    is_handshake_step: bool = False
    completes_handshake: bool = False


class Authenticator(Protocol):
    """Authenticates a request by its Authorization header, its connection and the time in
    seconds.
    """

    def authenticate(self, authorization: str | None, connection: Any, now_s: float) -> AuthResult:
        """Return whether the request is authenticated."""


def authenticator_for(
    requirement: LoginRequirement | TokenRequirement,
) -> BasicAuthenticator | HandshakeAuthenticator | BearerAuthenticator:
    """Return the authenticator for this requirement."""
    if isinstance(requirement, TokenRequirement):
        return BearerAuthenticator(requirement)
    return (
        BasicAuthenticator(requirement)
        if requirement.type == "Basic"
        else HandshakeAuthenticator(requirement)
    )


class BasicAuthenticator:
    """Login and password in every request (RFC 7617)."""

    def __init__(self, requirement: LoginRequirement) -> None:
        self._expected = f"{requirement.login}:{requirement.password.get_secret_value()}".encode()

    def authenticate(
        self, authorization: str | None, _connection: Any, _now_s: float
    ) -> AuthResult:
        """Compare login and password."""
        scheme, _, encoded = (authorization or "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            given = b""
        is_authenticated = scheme.lower() == "basic" and hmac.compare_digest(given, self._expected)
        return AuthResult(is_authenticated, None if is_authenticated else f"Basic {REALM}")


class BearerAuthenticator:
    """A bearer token in every request (RFC 6750)."""

    def __init__(self, requirement: TokenRequirement) -> None:
        self.requirement = requirement
        self.tokens = Tokens(requirement.token_lifetime_s)

    def authenticate(self, authorization: str | None, _connection: Any, now_s: float) -> AuthResult:
        """Check the token."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return AuthResult(is_authenticated=False, challenge=f"Bearer {REALM}")
        is_authenticated = self.tokens.is_good(token, now_s)
        return AuthResult(
            is_authenticated, None if is_authenticated else f'Bearer {REALM}, error="invalid_token"'
        )


class HandshakeAuthenticator:
    """A handshake on each connection. Later requests on the connection need no header."""

    def __init__(self, requirement: LoginRequirement) -> None:
        self._requirement = requirement
        self._connections: WeakKeyDictionary[Any, Handshake] = WeakKeyDictionary()

    def authenticate(self, authorization: str | None, connection: Any, _now_s: float) -> AuthResult:
        """Continue the connection's handshake. Only the first request without a header is a step of
        it.
        """
        handshake = self._connections.setdefault(connection, Handshake(self._requirement))
        scheme = self._requirement.type
        if authorization is None:
            was_asked, handshake.was_asked = handshake.was_asked, True
            return (
                AuthResult(is_authenticated=True)
                if handshake.is_complete
                else AuthResult(
                    is_authenticated=False, challenge=scheme, is_handshake_step=not was_asked
                )
            )
        try:
            token = handshake.step(authorization)
        except HandshakeError:
            return AuthResult(is_authenticated=False, challenge=scheme)
        challenge = f"{scheme} {token}" if token else None
        return AuthResult(
            handshake.is_complete,
            challenge,
            is_handshake_step=not handshake.is_complete,
            completes_handshake=handshake.is_complete,
        )
