from __future__ import annotations

import asyncio

import pytest

from common.health import Readiness
from common.telemetry.log_buffer import LogBuffer
from common.telemetry.publisher import TelemetryPublisher


async def test_a_step_that_fails_while_the_service_stops_does_not_keep_it_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    telemetry = TelemetryPublisher(
        "amqp://127.0.0.1:1", "dispatcher", "one", LogBuffer(), Readiness()
    )
    has_begun = asyncio.Event()

    async def tick() -> None:
        has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise ConnectionError("the channel is closed already")

    monkeypatch.setattr(telemetry, "_tick", tick)

    async with asyncio.timeout(20):
        async with telemetry.sending():
            await has_begun.wait()
