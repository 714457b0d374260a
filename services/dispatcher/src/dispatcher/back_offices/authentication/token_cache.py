"""The access tokens of this process.

There is one token for each credential, and one request for it at a time.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ValidationError

from dispatcher.back_offices.parsing import parse_answer, parse_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dispatcher.back_offices.calls import HttpResponse

MARGIN_S = 60.0
MARGIN_SHARE = 0.1
LIFETIME_S = 300.0
"""The lifetime of a token where the endpoint reports none, or an impossible one."""
LONGEST_LIFETIME_S = 86_400.0
_SENDABLE = re.compile(r"[\x21-\x7e]{1,32768}")


class OAuth2Client(NamedTuple):
    """The client that a token is issued to. Equal clients share a token."""

    token_url: str
    client_id: str
    client_secret: str
    scope: str
    in_header: bool


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token. It is valid until ``until`` on the monotonic clock."""

    text: str
    until: float


class TokenResponse(BaseModel):
    """The response of a token endpoint (RFC 6749, 5.1)."""

    access_token: str
    token_type: Any = None
    expires_in: Any = None

    @property
    def is_bearer(self) -> bool:
        """Whether the token is a bearer token. A token without a type counts as one."""
        return self.token_type is None or str(self.token_type).casefold().startswith("bearer")

    @property
    def is_sendable(self) -> bool:
        """Whether an HTTP header can carry the token: visible ASCII, no blanks (RFC 9110, 5.5)."""
        return _SENDABLE.fullmatch(self.access_token) is not None

    @property
    def lifetime_s(self) -> float:
        """The lifetime in seconds. A lifetime that is not a positive number is ignored."""
        try:
            named = float(self.expires_in)
        except (TypeError, ValueError, OverflowError):
            return LIFETIME_S
        return min(named, LONGEST_LIFETIME_S) if named > 0 and math.isfinite(named) else LIFETIME_S


class TokenCache:
    """Caches access tokens until shortly before their expiry."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[OAuth2Client, AccessToken] = {}
        self._requests: dict[
            OAuth2Client, asyncio.Task[tuple[HttpResponse, TokenResponse | None]]
        ] = {}

    def find(self, client: OAuth2Client) -> str | None:
        """Return the client's token, unless the token is about to expire."""
        token = self._tokens.get(client)
        return token.text if token is not None and token.until > self._clock() else None

    async def request(
        self, client: OAuth2Client, ask: Callable[[], Awaitable[HttpResponse]], timeout_s: float
    ) -> tuple[HttpResponse, TokenResponse | None]:
        """Return the response of the token endpoint, and the token in it, if there is one.

        Concurrent callers share one request and its failure, so that a refused secret is sent once
        and a silent endpoint blocks once. A caller that gives up does not end the request. Raises
        TimeoutError after ``timeout_s`` seconds.
        """
        running = self._requests.get(client)
        if running is None:
            running = asyncio.get_running_loop().create_task(self._request(client, ask))
            self._requests[client] = running
            running.add_done_callback(lambda done: self._finished(client, done))
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(running)

    def ends_at(self, client: OAuth2Client) -> float:
        """Return the end of the client's token in seconds since 1970, or 0 without a token."""
        token = self._tokens.get(client)
        return time.time() + token.until - self._clock() if token else 0.0

    def forget(self, client: OAuth2Client, text: str) -> None:
        """Drop a token that was refused, unless the token has been replaced."""
        if client in self._tokens and self._tokens[client].text == text:
            del self._tokens[client]

    async def _request(
        self, client: OAuth2Client, ask: Callable[[], Awaitable[HttpResponse]]
    ) -> tuple[HttpResponse, TokenResponse | None]:
        response = await ask()
        issued = await parse_answer(parse_token, response.body) if response.is_success else None
        if issued is not None and issued.is_bearer and issued.is_sendable:
            margin_s = min(MARGIN_S, MARGIN_SHARE * issued.lifetime_s)
            until = self._clock() + issued.lifetime_s - margin_s
            self._tokens[client] = AccessToken(issued.access_token, until)
        return response, issued

    def _finished(
        self, client: OAuth2Client, done: asyncio.Task[tuple[HttpResponse, TokenResponse | None]]
    ) -> None:
        del self._requests[client]
        if not done.cancelled():
            done.exception()  # retrieves the exception, because no caller may be waiting any more


def parse_token(body: bytes) -> TokenResponse | None:
    """Return the token in the answer of a token endpoint, or None for any other answer."""
    try:
        return TokenResponse.model_validate(parse_json(body))
    except (ValidationError, ValueError):
        return None
