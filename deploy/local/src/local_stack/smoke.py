"""Sends one real change through the running system, and checks ingest, the back office and the
portal.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from local_stack.errors import LocalError
from local_stack.seed import DEMO_CONNECTORS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from local_stack.seed import DemoConnector
    from local_stack.system_client import SystemClient

CHECK_TIMEOUT_S = 30.0


class Checks:
    """Prints and counts passed and failed checks."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self.passed = self.failed = 0

    async def __call__(self, sentence: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Repeat ``ask`` until its result is truthy or the time is over. Return the result, or None
        after a failure.
        """
        try:
            answer = await _wait_for(ask)
        except LocalError as error:
            self.failed += 1
            return self._say(f"FAILED  {sentence}: {error}")
        self.passed += 1
        self._say(f"passed  {sentence}")
        return answer


async def smoke(client: SystemClient, services: Iterable[str], say: Callable[[str], None]) -> bool:
    """Run every check, print the result, and return whether all passed."""
    check = Checks(say)
    for name in services:
        await check(f"{name} is ready", partial(client.is_ready, name))
    for demo in DEMO_CONNECTORS:
        if not demo.fault:
            await _deliver(client, check, demo)
    say(f"{check.passed} passed, {check.failed} failed")
    return not check.failed


async def _deliver(client: SystemClient, check: Checks, demo: DemoConnector) -> None:
    """Send one change to one connector."""
    accepted = f"ingest accepts a planner's change for {demo.name}"
    change = await check(
        accepted,
        lambda: client.simulator("POST", "/planners/one", json={"source_app": demo.source_app}),
    )
    if change:
        await check(
            "the back office has received it", lambda: _received(client, demo.back_office, change)
        )
        await check("the portal shows Success", lambda: _succeeded(client, change))


async def _received(client: SystemClient, back_office: str, change: dict[str, Any]) -> bool:
    page = await client.simulator(
        "GET",
        f"/back-offices/{back_office}/records",
        params={"appointment": str(change["appointment_id"]), "limit": "1000"},
    )
    return any(record["modified_at"] == change["modified_at"] for record in page["records"])


async def _succeeded(client: SystemClient, change: dict[str, Any]) -> bool:
    page = await client.api(
        "GET", "/deliveries", params={"transaction_id": change["transaction_id"]}
    )
    return [delivery["status"] for delivery in page["items"]] == ["Success"]


async def _wait_for(ask: Callable[[], Awaitable[Any]]) -> Any:
    deadline = time.monotonic() + CHECK_TIMEOUT_S
    while not (answer := await ask()):
        if time.monotonic() > deadline:
            raise LocalError(f"not done within {CHECK_TIMEOUT_S:g} s")
        await asyncio.sleep(0.1)
    return answer
