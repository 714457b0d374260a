"""NTLM and Kerberos: they prove a connection rather than a call, so connections are kept and used
again (RFC 4559, MS-NTHT).
"""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import spnego
from spnego.exceptions import SpnegoError

from dispatcher.back_offices.calls import KEEP_ALIVE_S

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp import ClientSession

    from dispatcher.back_offices.calls import Answer, Call, Caller
    from dispatcher.back_offices.catalogue import Faults

UNAUTHORISED = 401
FRESH_S = KEEP_ALIVE_S - 1.0


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


@dataclass(slots=True)
class Kept:
    """A session of one connection; a connection idle for longer than this was closed, and
    with it its proof.
    """

    session: ClientSession
    proved_at: float = float("-inf")

    @property
    def is_proved(self) -> bool:
        """Whether the server knows this connection."""
        return time.monotonic() - self.proved_at < FRESH_S


class Negotiated:
    """Keeps as many proved connections as there are calls at once."""

    def __init__(
        self,
        login: str,
        password: str,
        schemes: Sequence[Scheme],
        open_one: Callable[[], ClientSession],
        faults: Faults,
    ) -> None:
        self._login = login
        self._password = password
        self._schemes = tuple(schemes)
        self._open_one = open_one
        self._faults = faults
        self._idle: list[Kept] = []
        self._is_closed = False

    async def call(self, caller: Caller, call: Call) -> Answer:
        """Make the call on a proved connection."""
        kept = self._idle.pop() if self._idle else Kept(self._open_one())
        try:
            answer = await caller(call, kept.session) if kept.is_proved else None
            if answer is None or answer.status == UNAUTHORISED:
                answer = await self._prove(caller, call, kept.session)
            kept.proved_at = (
                time.monotonic()
                if answer.status != UNAUTHORISED and answer.is_whole
                else float("-inf")
            )
        except BaseException:
            await kept.session.close()
            raise
        await self._give_back(kept)
        return answer

    async def close(self) -> None:
        """Close idle connections now and the others after their calls."""
        self._is_closed = True
        idle, self._idle = self._idle, []
        for kept in idle:
            await kept.session.close()

    async def _give_back(self, kept: Kept) -> None:
        if self._is_closed:
            await kept.session.close()
        else:
            self._idle.append(kept)

    async def _prove(self, caller: Caller, call: Call, session: ClientSession) -> Answer:
        """Shake hands, and make the call with the last message of it: the payload travels once."""
        for scheme in self._schemes:
            answer = await self._shake(caller, call, session, scheme)
            if answer is not None:
                self._schemes = (scheme, *(other for other in self._schemes if other is not scheme))
                return answer
        return await caller(call, session)

    async def _shake(
        self, caller: Caller, call: Call, session: ClientSession, scheme: Scheme
    ) -> Answer | None:
        """Return the answer to the call, or None when the server does not let us in by this scheme.

        Whichever message the server may take for the last one carries the payload; only NTLM's
        first one cannot be that.
        """
        try:
            context = spnego.client(
                self._login,
                self._password,
                hostname=urlsplit(call.url).hostname or "",
                service="http",
                protocol=scheme.protocol,
            )
            token = await asyncio.to_thread(context.step)
            sent = replace(call, body=b"") if scheme is NTLM else call
            while token:
                answer = await caller(
                    replace(
                        sent, headers={**call.headers, "Authorization": _header(scheme, token)}
                    ),
                    session,
                )
                challenge = _challenge(answer, scheme)
                if challenge is None:
                    return answer if answer.status != UNAUTHORISED else None
                token = await asyncio.to_thread(context.step, challenge)
                sent = call
        except (SpnegoError, ValueError):
            return None
        return None


def _header(scheme: Scheme, token: bytes) -> str:
    return f"{scheme.word} {base64.b64encode(token).decode()}"


def _challenge(answer: Answer, scheme: Scheme) -> bytes | None:
    """Return the server's message, if it sent one."""
    if answer.status != UNAUTHORISED:
        return None
    getall = getattr(answer.headers, "getall", None)
    offered = (
        getall("WWW-Authenticate", []) if getall else [answer.headers.get("WWW-Authenticate", "")]
    )
    for offer in offered:
        word, _, encoded = offer.partition(" ")
        if word.casefold() == scheme.word.casefold() and encoded:
            return base64.b64decode(encoded)
    return None
