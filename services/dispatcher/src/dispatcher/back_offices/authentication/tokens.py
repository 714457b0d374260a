"""The access tokens of this process: one per credential, and one request for it at a time."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import BaseModel, Field, ValidationError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dispatcher.back_offices.calls import Answer

MARGIN_S = 60.0
MARGIN_SHARE = 0.1
LIFETIME_S = 300.0
"""Where the token endpoint names none."""
_SENDABLE = re.compile(r"[\x21-\x7e]+")


class Client(NamedTuple):
    """Who asks for a token; equal ones share it."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str
    in_header: bool


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, good until ``until`` on the monotonic clock."""

    text: str
    until: float


class _Issued(BaseModel):
    access_token: str
    expires_in: Annotated[float, Field(allow_inf_nan=False)] | None = None


class Tokens:
    """Keeps tokens until shortly before they expire."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[Client, Token] = {}
        self._requests: dict[Client, asyncio.Task[tuple[Answer, str | None]]] = {}

    def find(self, client: Client) -> str | None:
        """Return the client's token, unless there is none or it is about to expire."""
        token = self._tokens.get(client)
        return token.text if token is not None and token.until > self._clock() else None

    async def request(
        self, client: Client, ask: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, str | None]:
        """Return the token endpoint's answer and the token in it, if it holds one.

        Concurrent callers share one request and its failure, so a refused secret is tried once and
        a silent token endpoint is waited for once. A caller that gives up does not end it.
        """
        running = self._requests.get(client)
        if running is None:
            running = asyncio.get_running_loop().create_task(self._request(client, ask))
            self._requests[client] = running
            running.add_done_callback(lambda done: self._finished(client, done))
        return await asyncio.shield(running)

    def ends_at(self, client: Client) -> float:
        """Return until when the client's token is used, in seconds since 1970; 0
        when there is none.
        """
        token = self._tokens.get(client)
        return time.time() + token.until - self._clock() if token else 0.0

    def forget(self, client: Client, text: str) -> None:
        """Drop a token that was refused, unless it has been replaced."""
        if client in self._tokens and self._tokens[client].text == text:
            del self._tokens[client]

    async def _request(
        self, client: Client, ask: Callable[[], Awaitable[Answer]]
    ) -> tuple[Answer, str | None]:
        answer = await ask()
        token = token_in(answer, self._clock())
        if token is None:
            return answer, None
        self._tokens[client] = token
        return answer, token.text

    def _finished(self, client: Client, done: asyncio.Task[tuple[Answer, str | None]]) -> None:
        del self._requests[client]
        if not done.cancelled():
            done.exception()  # it may be that no caller waits for it any more


def token_in(answer: Answer, now: float) -> Token | None:
    """Return the token of a good answer, or None (RFC 6749, 5.1)."""
    if not answer.is_good:
        return None
    try:
        issued = _Issued.model_validate_json(answer.body)
    except ValidationError:
        return None
    lifetime_s = LIFETIME_S if issued.expires_in is None else issued.expires_in
    return Token(issued.access_token, now + lifetime_s - min(MARGIN_S, MARGIN_SHARE * lifetime_s))


def is_sendable(text: str) -> bool:
    """Whether an HTTP header can carry the token: visible ASCII, no blanks (RFC 9110, 5.5)."""
    return _SENDABLE.fullmatch(text) is not None
