"""One real change through the running system: is it accepted, does the back office get it, does the
portal say Success.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from local_stack.errors import LocalError
from local_stack.seed import SEEDED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from local_stack.outside import Outside
    from local_stack.seed import Seeded

PATIENCE_S = 30.0


class Checks:
    """Counts what passed and what failed, saying each."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.passed = self.failed = 0

    async def __call__(self, sentence: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask until the answer is truthy or patience ends; return the answer,
        None when it failed.
        """
        try:
            answer = await _patiently(ask)
        except LocalError as error:
            self.failed += 1
            return self._say(f"FAILED  {sentence}: {error}")
        self.passed += 1
        self._say(f"passed  {sentence}")
        return answer


async def smoke(outside: Outside, services: Iterable[str], say: Callable[[str], None]) -> bool:
    """Run every check and say how many passed; returns whether all did."""
    check = Checks(say)
    for name in services:
        await check(f"{name} is ready", partial(outside.is_ready, name))
    for seeded in SEEDED:
        if not seeded.fault:
            await _deliver(outside, check, seeded)
    say(f"{check.passed} passed, {check.failed} failed")
    return not check.failed


async def _deliver(outside: Outside, check: Checks, seeded: Seeded) -> None:
    """Send one change to one connector."""
    accepted = f"ingest accepts a planner's change for {seeded.name}"
    change = await check(
        accepted,
        lambda: outside.simulator("POST", "/planners/one", json={"source_app": seeded.source_app}),
    )
    if change:
        await check(
            "the back office has it", lambda: _received(outside, seeded.back_office, change)
        )
        await check("the portal shows Success", lambda: _succeeded(outside, change))


async def _received(outside: Outside, back_office: str, change: dict[str, Any]) -> bool:
    page = await outside.simulator(
        "GET",
        f"/back-offices/{back_office}/records",
        params={"appointment": str(change["appointment_id"]), "limit": "1000"},
    )
    return any(record["modified_at"] == change["modified_at"] for record in page["records"])


async def _succeeded(outside: Outside, change: dict[str, Any]) -> bool:
    page = await outside.api(
        "GET", "/deliveries", params={"transaction_id": change["transaction_id"]}
    )
    return [delivery["status"] for delivery in page["items"]] == ["Success"]


async def _patiently(ask: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise LocalError(f"not within {PATIENCE_S:g} s")
        await asyncio.sleep(0.1)
    return answer
