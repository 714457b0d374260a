"""Waits for an event for a limited time."""

from __future__ import annotations

import asyncio
import contextlib


async def wait_at_most(event: asyncio.Event, timeout_s: float) -> None:
    """Return when the event is set, or after ``timeout_s`` seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await event.wait()
