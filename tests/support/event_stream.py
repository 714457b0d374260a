"""Reads server-sent events as a browser does."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.support.system import API_KEY, WAITING_TIMEOUT_S, System


@dataclass
class EventListener:
    """One open stream and the events that it received."""

    received: list[tuple[str, Any]] = field(default_factory=list)
    last_id: str = ""
    is_over: bool = False

    async def until(self, topic: str, **facts: Any) -> Any:
        """Wait for an event of this topic whose data has these values, and return the data."""
        async with asyncio.timeout(WAITING_TIMEOUT_S):
            while True:
                for heard, data in self.received:
                    if heard == topic and facts.items() <= data.items():
                        return data
                await asyncio.sleep(0.02)

    def topics(self) -> list[str]:
        """Return the topics of the received events, in order."""
        return [topic for topic, _ in self.received]


@contextlib.asynccontextmanager
async def listening(
    system: System, name: str = "portal-api", last_id: str = "", **query: Any
) -> AsyncIterator[EventListener]:
    """Listen to the events of one portal-api inside this block."""
    listener = EventListener()
    headers = {"X-API-KEY": API_KEY} | ({"Last-Event-ID": last_id} if last_id else {})
    async with system.http.get(
        f"{system.services[name].url}/api/events", params=query, headers=headers
    ) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        task = asyncio.create_task(_read(answer.content, listener))
        try:
            yield listener
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _read(lines: aiohttp.StreamReader, listener: EventListener) -> None:
    topic, data = "", ""
    async for raw in lines:
        name, _, value = raw.decode().rstrip("\n").partition(": ")
        match name:
            case "id":
                listener.last_id = value
            case "event":
                topic = value
            case "data":
                data = value
            case "" if not value and data:
                listener.received.append((topic, json.loads(data)))
                data = ""
    listener.is_over = True
