from __future__ import annotations

import asyncio
from typing import Any

import pytest

from common import topology
from dispatcher import subscription
from dispatcher.subscription import MessageInHand, Subscription


class CaughtMessage:
    """A message whose connection was lost: the client library waits for room in its queue."""

    message_id = "1"

    async def ack(self) -> None:
        await asyncio.get_running_loop().create_future()


async def test_a_lane_goes_on_although_an_answer_is_caught_on_a_lost_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscription, "BROKER_TIMEOUT_S", 0.01)
    nothing: Any = None
    message: Any = CaughtMessage()

    async def handle(_: MessageInHand) -> None:
        return

    lane = Subscription(topology.lane("c1"), handle, nothing, lambda: None)
    await lane._take(message)
    await asyncio.sleep(0)

    async with asyncio.timeout(5):
        await lane.close()

    assert lane.in_hand == 0
