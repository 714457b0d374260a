"""Waits at the end of a run until no delivery is under way."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from chaos.versions import every_delivery_ends, nothing_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chaos.evidence import Evidence
    from chaos.journal import Journal
    from chaos.system import Stage

PAUSE_S = 1.0
UNDER_WAY = ("pending", "in progress", "held")


async def settled(
    seen: Callable[[Sequence[dict[str, Any]]], Evidence],
    journal: Journal,
    stage: Stage,
    within_s: float,
) -> list[dict[str, Any]]:
    """Return all deliveries once none is under way and every newest version has arrived, or at the
    deadline.
    """
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            if not await _is_under_way(stage) or time.monotonic() > deadline:
                deliveries = await stage.every_delivery()
                await journal.read()
                if time.monotonic() > deadline or _is_settled(seen(deliveries)):
                    return deliveries
        await asyncio.sleep(PAUSE_S)


async def _is_under_way(stage: Stage) -> bool:
    for phase in UNDER_WAY:
        _, page = await stage.api("GET", "/deliveries", params={"phase": phase, "limit": "1"})
        if page["items"]:
            return True
    return False


def _is_settled(evidence: Evidence) -> bool:
    under_way = any(not delivery["status"] for delivery in evidence.deliveries)
    return not under_way and nothing_lost(evidence).held and every_delivery_ends(evidence).held
