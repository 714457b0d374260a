from __future__ import annotations

import asyncio

import pytest

from common.broker import BrokerAwayError, reaching_broker


async def test_a_cancellation_nobody_asked_for_means_that_the_broker_is_away() -> None:
    waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting.cancel()

    with pytest.raises(BrokerAwayError), reaching_broker():
        await waiting


async def test_a_cancellation_that_was_asked_for_stays_one() -> None:
    async def reach() -> None:
        with reaching_broker():
            await asyncio.sleep(60)

    task = asyncio.create_task(reach())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("error", [ConnectionError(), TimeoutError(), RuntimeError("closed")])
async def test_what_the_client_library_raises_is_translated(error: Exception) -> None:
    with pytest.raises(BrokerAwayError), reaching_broker():
        raise error
