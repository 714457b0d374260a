from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import pytest

from common import broker, topology
from common.broker import translate_broker_errors
from common.errors import BrokerUnavailableError


async def test_a_cancellation_nobody_asked_for_means_that_the_broker_is_away() -> None:
    waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting.cancel()

    with pytest.raises(BrokerUnavailableError), translate_broker_errors():
        await waiting


async def test_a_cancellation_that_was_asked_for_stays_one() -> None:
    async def reach() -> None:
        with translate_broker_errors():
            await asyncio.sleep(60)

    task = asyncio.create_task(reach())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("error", [ConnectionError(), TimeoutError(), RuntimeError("closed")])
async def test_what_the_client_library_raises_is_translated(error: Exception) -> None:
    with pytest.raises(BrokerUnavailableError), translate_broker_errors():
        raise error


class CaughtOnce:
    """An exchange whose connection is lost during the first publish, while the client library waits
    for room in its queue.
    """

    def __init__(self) -> None:
        self.tries = 0

    async def publish(self, *_: object, **__: object) -> None:
        self.tries += 1
        if self.tries == 1:
            await asyncio.get_running_loop().create_future()


async def test_a_publish_that_is_caught_on_a_lost_connection_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broker, "CONFIRM_TIMEOUT_S", 0.01)
    publisher = broker.Publisher(AsyncMock(), topology.RETRY)
    exchange: Any = CaughtOnce()
    publisher._exchanges[topology.STATUSES.name] = exchange

    async with asyncio.timeout(5):
        await publisher.publish_until_confirmed(
            topology.STATUSES, b"[]", message_id="1", kind="StatusChanged"
        )

    assert exchange.tries == 2
