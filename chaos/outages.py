"""Disrupts services and servers, one after the other, each until the whole system runs again."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import signal
import time
from functools import partial
from typing import TYPE_CHECKING

import aiohttp

from chaos.disruptions import Kind
from chaos.evidence import Start
from chaos.pace import FIRST_ATTEMPT_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chaos.disruptions import Disruption
    from chaos.system import Stage

POLL_INTERVAL_S = 0.1
ATTEMPTS = re.compile(r"^mboc_dispatcher_attempts_total\{[^}]*\} ([\d.e+]+)$", re.MULTILINE)


class Outages:
    """Runs each kind of disruption. ``starts`` are the dispatchers that it started.

    ``is_watching`` means that a started dispatcher waits for its first attempt, so changes must
    arrive.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._numbers = itertools.count(len(stage.dispatchers) + 1)
        self.starts: list[Start] = []
        self.is_watching = False
        servers = stage.servers
        self._acts: dict[Kind, Callable[[Disruption], Awaitable[None]]] = {
            Kind.KILL_INGEST: partial(self._kill, "ingest"),
            Kind.KILL_PORTAL_API: partial(self._kill, "portal-api"),
            Kind.KILL_RETRY: partial(self._kill, "retry"),
            Kind.KILL_DISPATCHER: self._kill_dispatcher,
            Kind.REPLACE: self._replace,
            Kind.RESTART_BROKER: lambda disruption: servers.restart_broker(disruption.duration_s),
            Kind.RESTART_NODE: lambda disruption: servers.restart_node(disruption.duration_s),
            Kind.KILL_DATABASE: lambda disruption: servers.kill_database(disruption.duration_s),
            Kind.RESTART_DATABASE: lambda disruption: servers.restart_database(
                disruption.duration_s
            ),
            Kind.ALARM: lambda disruption: servers.raise_alarm(2 + disruption.duration_s),
        }

    async def make(self, disruption: Disruption) -> None:
        """Run the disruption, and return when all affected processes run again."""
        await self._acts[disruption.kind](disruption)

    async def _kill(self, name: str, disruption: Disruption) -> None:
        await self._stage.stop(name, signal.SIGKILL)
        await asyncio.sleep(disruption.duration_s)
        await self._stage.start(name)

    async def _kill_dispatcher(self, disruption: Disruption) -> None:
        name = self._chosen(disruption)
        await self._stage.stop(name, signal.SIGKILL)
        await asyncio.sleep(disruption.duration_s)
        await self._start_and_watch(name)

    async def _replace(self, disruption: Disruption) -> None:
        """Stop one dispatcher regularly while another starts."""
        leaving = self._chosen(disruption)
        coming = f"dispatcher-{next(self._numbers)}"
        code, _ = await asyncio.gather(self._stage.stop(leaving), self._start_and_watch(coming))
        if code > 0:
            self._stage.bad_exits.append(f"{leaving} was stopped with exit code {code}")

    def _chosen(self, disruption: Disruption) -> str:
        names = self._stage.dispatchers
        return names[int(disruption.target) % len(names)]

    async def _start_and_watch(self, name: str) -> None:
        """Start a dispatcher, and measure the time until its first attempt."""
        await self._stage.start("dispatcher", name)
        self.is_watching = True
        self.starts.append(await self._watch(name))
        self.is_watching = False

    async def _watch(self, name: str) -> Start:
        began_s = time.time()
        while time.time() - began_s < FIRST_ATTEMPT_TIMEOUT_S + 1:
            await asyncio.sleep(POLL_INTERVAL_S)
            if await self._has_attempted(name):
                return Start(name, began_s, time.time() - began_s)
        return Start(name, began_s, None)

    async def _has_attempted(self, name: str) -> bool:
        with contextlib.suppress(aiohttp.ClientError):
            found = ATTEMPTS.findall(await self._stage.metrics(name))
            return any(float(count) for count in found)
        return False
