"""Messages in hand of one subscription."""

from __future__ import annotations

import asyncio
from typing import Any, cast
from unittest.mock import AsyncMock, Mock

from common import topology
from dispatcher.subscription import MessageInHand, Subscription


def a_subscription(handled: list[MessageInHand]) -> Subscription:
    async def handle(one: MessageInHand) -> None:
        handled.append(one)
        await asyncio.sleep(3_600)

    return Subscription(topology.lane("c1"), handle, Mock(), Mock())


def a_message() -> Any:
    return cast("Any", AsyncMock())


async def test_a_message_that_is_dropped_as_it_comes_is_not_in_hand() -> None:
    handled: list[MessageInHand] = []
    subscription = a_subscription(handled)

    await subscription._take(a_message())
    await subscription.close()

    assert handled == []
    assert subscription.in_hand == 0


async def test_a_message_that_is_dropped_while_it_waits_is_not_in_hand() -> None:
    handled: list[MessageInHand] = []
    subscription = a_subscription(handled)

    await subscription._take(a_message())
    await asyncio.sleep(0)
    await subscription.close()

    assert len(handled) == 1
    assert subscription.in_hand == 0
