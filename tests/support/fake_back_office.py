"""A fake back office with webhooks by name, which stores every call and counts concurrent ones."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import NamedTuple

from aiohttp import web

from local_stack.servers.ports import random_free_port

ACTION = "X-Dime-Action"


class Call(NamedTuple):
    """One POST with its time of arrival."""

    at: float
    action: str
    appointment: int
    subject: str
    delivery_id: str


class FakeBackOffice:
    """Answers POST and HEAD at `/<name>`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.delay_s: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, list[Call]] = defaultdict(list)
        self.most: Counter[str] = Counter()
        self._now: Counter[str] = Counter()

    def url(self, name: str) -> str:
        """Return the address of one webhook."""
        return f"http://127.0.0.1:{self.port}/{name}"

    def since(self, name: str, moment: float) -> list[Call]:
        """Return the calls that arrived after this moment of the monotonic clock."""
        return [call for call in self.calls[name] if call.at > moment]

    def subjects(self, name: str, appointment: int) -> list[str]:
        """Return the versions of one appointment in their order of arrival."""
        return [call.subject for call in self.calls[name] if call.appointment == appointment]

    def actions(self, name: str) -> dict[int, list[str]]:
        """Return the actions of each appointment in their order of arrival."""
        found: dict[int, list[str]] = {}
        for call in self.calls[name]:
            found.setdefault(call.appointment, []).append(call.action)
        return found

    def repeated(self, name: str) -> int:
        """Return the number of calls that repeat an earlier one."""
        return len(self.calls[name]) - len({call.delivery_id for call in self.calls[name]})

    async def answer(self, request: web.Request) -> web.Response:
        """Store the call, and answer 200 after the delay."""
        name = request.match_info["name"]
        self._now[name] += 1
        self.most[name] = max(self.most[name], self._now[name])
        try:
            if request.method == "POST":
                body = await request.json()
                headers = request.headers
                self.calls[name].append(
                    Call(
                        time.monotonic(),
                        headers[ACTION],
                        body["Id"],
                        body["Subject"],
                        headers["webhook-id"],
                    )
                )
                await asyncio.sleep(self.delay_s[name])
        finally:
            self._now[name] -= 1
        return web.Response()


@contextlib.asynccontextmanager
async def a_back_office(given: FakeBackOffice | None = None) -> AsyncIterator[FakeBackOffice]:
    """Run a fake back office inside this block, or this one."""
    office = given or FakeBackOffice(random_free_port())
    app = web.Application()
    app.add_routes([web.route("*", "/{name}", office.answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", office.port).start()
    yield office
    await runner.cleanup()
