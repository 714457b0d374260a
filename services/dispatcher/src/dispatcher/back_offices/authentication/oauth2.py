"""OAuth2 client credentials (RFC 6749, 4.4): one token per credential, renewed before it expires
and once after a 401.
"""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote_plus, urlencode

from pydantic import BaseModel, ValidationError

from dispatcher.back_offices.calls import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from dispatcher.back_offices.calls import Caller
    from dispatcher.back_offices.catalogue import Faults
    from dispatcher.errors import DeliveryError

MARGIN_S = 60.0
MARGIN_SHARE = 0.1


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


class Tokens:
    """The tokens of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens: dict[Client, Token] = {}
        self._fetching: dict[Client, asyncio.Lock] = {}

    async def of(self, client: Client, fetch: Callable[[], Awaitable[tuple[str, float]]]) -> str:
        """Return the client's token, fetched by one caller at a time; ``fetch`` returns text and
        lifetime in seconds.
        """
        async with self._fetching.setdefault(client, asyncio.Lock()):
            token = self._tokens.get(client)
            if token is None or token.until <= self._clock():
                text, lifetime_s = await fetch()
                token = Token(
                    text, self._clock() + lifetime_s - min(MARGIN_S, MARGIN_SHARE * lifetime_s)
                )
                self._tokens[client] = token
            return token.text

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


class _Issued(BaseModel):
    access_token: str
    expires_in: float = 300.0


class _Refusal(BaseModel):
    error: str
    error_description: str = ""


class OAuth2:
    """Adds a bearer token to every call."""

    def __init__(self, tokens: Tokens, client: Client, ask: Caller, faults: Faults) -> None:
        self._tokens = tokens
        self._client = client
        self._ask = ask
        self._faults = faults

    async def call(self, caller: Caller, call: Call) -> Answer:
        """Make the call; a refused token is replaced once."""
        text = await self.token()
        answer = await caller(_bearing(call, text))
        if answer.status != 401:  # noqa: PLR2004 - RFC 6750, 3.1
            return answer
        self._tokens.forget(self._client, text)
        return await caller(_bearing(call, await self.token()))

    async def close(self) -> None:
        """Nothing is held: tokens outlive the connector's version."""

    async def token(self) -> str:
        """Return a token; raises a DeliveryError."""
        text = await self._tokens.of(self._client, self._fetch)
        self._faults.hide(text)
        return text

    async def _fetch(self) -> tuple[str, float]:
        answer = await self._ask(self._asking())
        if not answer.is_good:
            raise self._refused(answer)
        try:
            issued = _Issued.model_validate_json(answer.body)
        except ValidationError:
            raise self._faults.of("token").transport(
                "malformed", answer, host=self._client.token_url
            ) from None
        return issued.access_token, issued.expires_in

    def _asking(self) -> Call:
        form = {"grant_type": "client_credentials", "scope": self._client.scope}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        if self._client.in_header:
            pair = f"{quote_plus(self._client.client_id)}:{quote_plus(self._client.client_secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {
                "client_id": self._client.client_id,
                "client_secret": self._client.client_secret,
            }
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        return Call("POST", self._client.token_url, headers, body)

    def _refused(self, answer: Answer) -> DeliveryError:
        faults = self._faults.of("token")
        try:
            said = _Refusal.model_validate_json(answer.body)
        except ValidationError:
            return faults.status(answer)
        return faults.find(
            "oauth", said.error, answer, f"{said.error} {said.error_description}"
        ) or faults.status(answer)


def _bearing(call: Call, token: str) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})
