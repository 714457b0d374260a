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
from spnego.exceptions import SpnegoError

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from dispatcher.back_offices.caller import Caller
    from dispatcher.back_offices.calls import Answer, Call

UNAUTHORISED = 401


class Login(NamedTuple):
    """The account that the calls are made for."""

    name: str
    password: str


class Scheme(NamedTuple):
    """The word in the header, and the mechanism behind it."""

    word: str
    protocol: str


NTLM = Scheme("NTLM", "ntlm")
NEGOTIATE = Scheme("Negotiate", "negotiate")


def windows_schemes() -> tuple[Scheme, Scheme]:
    """Return Negotiate first where this machine can do Kerberos, else NTLM, which a
    password is enough for.
    """
    has_kerberos = find_spec("gssapi") is not None or find_spec("krb5") is not None
    return (NEGOTIATE, NTLM) if has_kerberos else (NTLM, NEGOTIATE)


async def shake_hands(
    caller: Caller, call: Call, session: ClientSession, login: Login, scheme: Scheme
) -> Answer | None:
    """Return the answer to the call, or None when the server does not offer the scheme.

    Each message that the server may take for the last one carries the payload; only the first one
    of NTLM cannot be the last. A refused proof is an answer: another scheme would try the same
    password again.
    """
    message = replace(call, body=b"") if scheme is NTLM else call
    refusal: Answer | None = None
    with contextlib.suppress(SpnegoError, ValueError):
        context = await asyncio.to_thread(_context, login, scheme, call.url)
        token = await asyncio.to_thread(context.step)
        while token:
            answer = await caller(_with_token(message, scheme, token), session)
            if answer.status != UNAUTHORISED:
                return answer if message.body == call.body else await caller(call, session)
            if message.same_connection:
                refusal = answer
            challenge = _challenge(answer, scheme)
            if challenge is None or context.complete:
                break
            token = await asyncio.to_thread(context.step, challenge)
            message = replace(call, same_connection=True)
    return refusal


def _context(login: Login, scheme: Scheme, url: str) -> spnego.ContextProxy:
    return spnego.client(
        login.name,
        login.password,
        hostname=urlsplit(url).hostname or "",
        service="http",
        protocol=scheme.protocol,
    )


def _with_token(message: Call, scheme: Scheme, token: bytes) -> Call:
    value = f"{scheme.word} {base64.b64encode(token).decode()}"
    return replace(message, headers={**message.headers, "Authorization": value})


def _challenge(answer: Answer, scheme: Scheme) -> bytes | None:
    """Return the server's message for the scheme, if it sent one."""
    getall = getattr(answer.headers, "getall", None)
    offered = (
        getall("WWW-Authenticate", []) if getall else [answer.headers.get("WWW-Authenticate", "")]
    )
    for offer in offered:
        word, _, encoded = offer.partition(" ")
        if word.casefold() == scheme.word.casefold() and encoded:
            return base64.b64decode(encoded)
    return None
