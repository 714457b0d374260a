"""Posts the stream to ingest as Dime.Scheduler does: in order per appointment, with retries until
each change is accepted.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import aiohttp

from chaos.evidence import Accepted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chaos.planners import Change
    from tests.support.system import System

SIDE_BY_SIDE = 32
RETRY_PAUSE_S, POLL_INTERVAL_S = 0.2, 0.05
POST_TIMEOUT_S = 15.0
ACCEPTED, UNAVAILABLE = 202, 503


class Poster:
    """Posts at most ``rate`` changes a second, and none while ``may_post`` returns False.
    ``record`` receives each accepted change.
    """

    def __init__(
        self,
        system: System,
        rate: float,
        may_post: Callable[[int], bool],
        record: Callable[[Accepted], None],
    ) -> None:
        self._system = system
        self._pause_s = 1 / rate
        self._may_post = may_post
        self._record = record
        self._side_by_side = asyncio.Semaphore(SIDE_BY_SIDE)
        self._last_of: dict[str, asyncio.Task[None]] = {}
        self.accepted: list[Accepted] = []
        self.refused = 0

    async def post_all(self, changes: Iterable[Change]) -> None:
        """Return when every change was accepted."""
        next_at = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for change in changes:
                while not self._may_post(change.position):  # noqa: ASYNC110 - depends on the time
                    await asyncio.sleep(POLL_INTERVAL_S)
                next_at = max(next_at + self._pause_s, time.monotonic() - 1)
                await asyncio.sleep(max(0.0, next_at - time.monotonic()))
                await self._side_by_side.acquire()
                before = self._last_of.get(change.appointment)
                self._last_of[change.appointment] = group.create_task(self._post(change, before))

    async def _post(self, change: Change, before: asyncio.Task[None] | None) -> None:
        """Post one change after its predecessor, until it is accepted."""
        try:
            if before is not None:
                await before
            body = change.body()
            while (transaction_id := await self._try(change, body)) is None:
                self.refused += 1
                await asyncio.sleep(RETRY_PAUSE_S)
            _, appointment, version, action, source_app = change
            accepted = Accepted(
                appointment, version, action, source_app, transaction_id, time.time()
            )
            self.accepted.append(accepted)
            self._record(accepted)
        finally:
            self._side_by_side.release()

    async def _try(self, change: Change, body: bytes) -> str | None:
        """Return the transaction's id, or None when the change must be posted again."""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(POST_TIMEOUT_S):
                status, answer = await self._system.post(str(change.action), body)
            if status == ACCEPTED:
                return str(answer["transactions"][0])
            if status != UNAVAILABLE:
                raise RuntimeError(f"ingest refused a change with status {status}: {answer}")
        return None
