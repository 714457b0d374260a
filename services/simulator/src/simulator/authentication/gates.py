"""Who is let in: one gate for each type of authentication."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from simulator.authentication.handshake import Handshake
from simulator.authentication.required import LoginRequired, TokenRequired
from simulator.authentication.tokens import Tokens
from simulator.errors import HandshakeError

REALM = 'realm="simulator"'


class Verdict(NamedTuple):
    """Whether a request is let in; ``challenge`` is the WWW-Authenticate header of its answer.

    ``is_step`` = a 401 that a handshake needs; ``is_proof`` = the request that
    authenticated its connection.
    """

    is_admitted: bool
    challenge: str | None = None
    is_step: bool = False
    is_proof: bool = False


class Gate(Protocol):
    """Judges a request by its Authorization header, its connection and the time in seconds."""

    def judge(self, authorization: str | None, connection: Any, now_s: float) -> Verdict:
        """Return whether the request is let in."""


def gate(required: LoginRequired | TokenRequired) -> BasicGate | HandshakeGate | TokenGate:
    """Return the gate for what is required."""
    if isinstance(required, TokenRequired):
        return TokenGate(required)
    return BasicGate(required) if required.type == "Basic" else HandshakeGate(required)


class BasicGate:
    """Login and password in every request (RFC 7617)."""

    def __init__(self, required: LoginRequired) -> None:
        self._expected = f"{required.login}:{required.password.get_secret_value()}".encode()

    def judge(self, authorization: str | None, _connection: Any, _now_s: float) -> Verdict:
        """Compare login and password."""
        scheme, _, encoded = (authorization or "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            given = b""
        is_admitted = scheme.lower() == "basic" and hmac.compare_digest(given, self._expected)
        return Verdict(is_admitted, None if is_admitted else f"Basic {REALM}")


class TokenGate:
    """A bearer token in every request (RFC 6750)."""

    def __init__(self, required: TokenRequired) -> None:
        self.required = required
        self.tokens = Tokens(required.token_lifetime_s)

    def judge(self, authorization: str | None, _connection: Any, now_s: float) -> Verdict:
        """Look the token up."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return Verdict(is_admitted=False, challenge=f"Bearer {REALM}")
        is_admitted = self.tokens.is_good(token, now_s)
        return Verdict(
            is_admitted, None if is_admitted else f'Bearer {REALM}, error="invalid_token"'
        )


class HandshakeGate:
    """A handshake on each connection; what comes on it afterwards needs no header."""

    def __init__(self, required: LoginRequired) -> None:
        self._required = required
        self._connections: WeakKeyDictionary[Any, Handshake] = WeakKeyDictionary()

    def judge(self, authorization: str | None, connection: Any, _now_s: float) -> Verdict:
        """Take the connection's handshake one step further; the first request without a header is a
        step, a second one is not.
        """
        handshake = self._connections.setdefault(connection, Handshake(self._required))
        scheme = self._required.type
        if authorization is None:
            was_asked, handshake.was_asked = handshake.was_asked, True
            return (
                Verdict(is_admitted=True)
                if handshake.is_complete
                else Verdict(is_admitted=False, challenge=scheme, is_step=not was_asked)
            )
        try:
            token = handshake.step(authorization)
        except HandshakeError:
            return Verdict(is_admitted=False, challenge=scheme)
        challenge = f"{scheme} {token}" if token else None
        return Verdict(
            handshake.is_complete,
            challenge,
            is_step=not handshake.is_complete,
            is_proof=handshake.is_complete,
        )
