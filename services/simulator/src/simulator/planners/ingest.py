"""Posts a change to ingest's webhook, and retries until ingest accepts it."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import aiohttp

from common.contracts.appointment import Action
from simulator.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.planners.changes import Change

ADDRESSES = {
    Action.CREATE: "appointment-created",
    Action.UPDATE: "appointment-updated",
    Action.DELETE: "appointment-deleted",
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
KEEP_ALIVE_S = 4.0
"""Shorter than ingest's own, so that a POST rarely uses a connection that was just closed."""
_ACCEPTED = 202
DELAY = re.compile(r"[0-9]{1,6}")
"""The form of Retry-After that ingest sends (RFC 9110, 10.2.3)."""
_POST_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)


def open_session() -> aiohttp.ClientSession:
    """Return the HTTP client. The planners limit the calls in flight themselves."""
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_S)
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "mboc-simulator"},
    )


class IngestClient:
    """Ingest's webhook of one source. The action is in the address, as Dime.Scheduler sends it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, source: str, secret: str) -> None:
        self._session = session
        self._addresses = {
            action: f"{url.rstrip('/')}/webhooks/{source}/{end}"
            for action, end in ADDRESSES.items()
        }
        self._headers = {"Content-Type": "application/json", "X-API-KEY": secret}

    async def report(self, change: Change, on_retry: Callable[[str], None]) -> str:
        """Return the transaction's id once ingest has accepted the change. Raises RefusedError.

        While ingest is unavailable or busy, the same bytes are posted again after the wait that
        ingest requests. ``on_retry`` receives the reason.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            reason, asked_s = "", None
            try:
                async with self._session.post(
                    self._addresses[change.action],
                    data=change.body,
                    headers=self._headers,
                    timeout=_POST_TIMEOUT,
                ) as answer:
                    if answer.status == _ACCEPTED:
                        return str((await answer.json())["transactions"][0])
                    reason, asked_s = (
                        _retry_reason(answer.status),
                        _seconds(answer.headers.get("Retry-After")),
                    )
            except (aiohttp.ClientError, TimeoutError) as error:
                reason = type(error).__name__
            on_retry(reason)
            await asyncio.sleep(pause_s if asked_s is None else asked_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)


def _retry_reason(status: int) -> str:
    if status in {408, 429} or status >= 500:  # noqa: PLR2004 - RFC 9110, RFC 6585
        return f"status {status}"
    raise RefusedError(status)


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and DELAY.fullmatch(retry_after) else None
