"""One handshake of NTLM or Negotiate on one connection (RFC 4559, MS-NTHT)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import spnego

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from dispatcher.back_offices.calls import HttpCall, HttpResponse
    from dispatcher.back_offices.http_transport import HttpTransport

UNAUTHORISED = 401
LONGEST_HANDSHAKE = 4
"""The most messages of one handshake. NTLM sends two, Negotiate at most one more."""


class WindowsLogin(NamedTuple):
    """The Windows account of the calls."""

    name: str
    password: str


class AuthScheme(NamedTuple):
    """The name of a scheme in the header, and its mechanism."""

    word: str
    protocol: str


NTLM = AuthScheme("NTLM", "ntlm")
NEGOTIATE = AuthScheme("Negotiate", "negotiate")


def windows_schemes() -> tuple[AuthScheme, AuthScheme]:
    """Return Negotiate first where this machine supports Kerberos, else NTLM first.

    NTLM needs nothing but a password.
    """
    has_kerberos = find_spec("gssapi") is not None or find_spec("krb5") is not None
    return (NEGOTIATE, NTLM) if has_kerberos else (NTLM, NEGOTIATE)


async def perform_handshake(
    transport: HttpTransport,
    call: HttpCall,
    session: ClientSession,
    login: WindowsLogin,
    scheme: AuthScheme,
) -> HttpResponse | None:
    """Return the response to the call, or None when the server does not offer the scheme.

    Each message that may be the last one carries the payload. Only the first message of NTLM cannot
    be the last. A refused login is returned as the response, because another scheme would try the
    same password again.
    """
    message = replace(call, body=b"") if scheme is NTLM else call
    refusal: HttpResponse | None = None
    context = _Context(login, scheme, call.url)
    token = await asyncio.to_thread(context.step, None)
    for _ in range(LONGEST_HANDSHAKE):
        if not token:
            break
        response = await transport(_with_token(message, scheme, token), session)
        if response.status != UNAUTHORISED:
            return response if message.body == call.body else await transport(call, session)
        if message.same_connection:
            refusal = response
        challenge = None if context.is_complete else _challenge(response, scheme)
        token = None if challenge is None else await asyncio.to_thread(context.step, challenge)
        message = replace(call, same_connection=True)
    return refusal


class _Context:
    """The security context of one handshake. The mechanism may wait for the network."""

    def __init__(self, login: WindowsLogin, scheme: AuthScheme, url: str) -> None:
        self._login = login
        self._scheme = scheme
        self._host = urlsplit(url).hostname or ""
        self._context: spnego.ContextProxy | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the last message of the handshake was created."""
        return self._context is not None and self._context.complete

    def step(self, challenge: bytes | None) -> bytes | None:
        """Return the next message.

        Returns None after the last message, and when the server's message is unreadable. The
        mechanism raises errors of many kinds for such a message.
        """
        try:
            self._context = self._context or self._begin()
            return self._context.step(challenge)
        except Exception:  # noqa: BLE001 - any error means that there is no next message
            return None

    def _begin(self) -> spnego.ContextProxy:
        return spnego.client(
            self._login.name,
            self._login.password,
            hostname=self._host,
            service="http",
            protocol=self._scheme.protocol,
        )


def _with_token(message: HttpCall, scheme: AuthScheme, token: bytes) -> HttpCall:
    value = f"{scheme.word} {base64.b64encode(token).decode()}"
    return replace(message, headers={**message.headers, "Authorization": value})


def _challenge(response: HttpResponse, scheme: AuthScheme) -> bytes | None:
    """Return the server's message for the scheme, or None."""
    getall = getattr(response.headers, "getall", None)
    offered = (
        getall("WWW-Authenticate", []) if getall else [response.headers.get("WWW-Authenticate", "")]
    )
    for offer in offered:
        word, _, encoded = offer.partition(" ")
        if word.casefold() == scheme.word.casefold() and encoded:
            with contextlib.suppress(ValueError):
                return base64.b64decode(encoded)
    return None
