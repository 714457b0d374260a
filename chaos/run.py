"""One run: changes and troubles side by side, then quiet, then the evidence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chaos.connectors import SOURCE_APPS, limits
from chaos.evidence import Evidence, Happened
from chaos.faults import TARGETS, BackOfficeFaults
from chaos.journal import Journal
from chaos.outages import Outages
from chaos.planners import Change, stream
from chaos.poster import Poster
from chaos.settling import settled
from chaos.troubles import CHANGES_PER_OUTAGE, Trouble, aside, faults, outages
from chaos.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from chaos.options import Options
    from chaos.system import Stage

AGE = timedelta(minutes=30)
"""How old the first change is: none may be ahead of the clock."""
GLANCE_S = 0.05
BREATH_S = 0.7
"""Between two troubles of services and servers."""
OUTAGE_S, SLOWEST = 4.5, 20.0
"""How long a trouble of a service or server takes about, and the least changes a second."""
MOST_WAITING = 3_000
SLOW_S = 0.1
"""Between two posts while more than that are waiting: slower, but never a standstill."""


@dataclass
class Run:
    """What a run has done so far."""

    options: Options
    stage: Stage
    changes: Sequence[Change]
    began_s: float = field(default_factory=time.time)
    troubles: list[Happened] = field(default_factory=list)
    under_way: list[Trouble] = field(default_factory=list)
    doing: str = "posting"

    def __post_init__(self) -> None:
        """Build what works on the stage."""
        self.waiting = Waiting()
        self.journal = Journal(self.stage, self.waiting.arrive)
        self._outages = Outages(self.stage)
        self._faults = BackOfficeFaults(self.stage, self.changes)
        possible = self.stage.servers.possible
        seed, count = self.options.seed, len(self.changes)
        self.outages = outages(seed, count, possible, self.options.dispatchers)
        self.aside = aside(seed, count, possible)
        self.faults = faults(seed, count, possible, TARGETS)
        self.poster = Poster(self.stage, self._rate(), self._may_go_on, self.waiting.accept)
        self._horizon = 0
        self._last_s = 0.0

    async def evidence(self) -> Evidence:
        """Post everything in trouble, wait until everything settled, and return what was seen."""
        async with _in_parallel(self.journal.follow()):
            await self._trouble()
            self.doing = "settling"
            await self._faults.clear()
            deliveries = await settled(self._seen, self.journal, self.stage, self.options.settle_s)
        await self.journal.read()
        self.stage.note_ended(*self.stage.services)
        return self._seen(deliveries)

    def _seen(self, deliveries: Sequence[dict[str, Any]]) -> Evidence:
        return Evidence(
            offices=self.stage.offices,
            limits=limits(),
            accepted=self.poster.accepted,
            calls=sorted(self.journal.calls, key=lambda call: call.began),
            deliveries=deliveries,
            troubles=self.troubles,
            starts=self._outages.starts,
            badly_ended=self.stage.badly_ended,
            ended_s=time.time(),
        )

    async def _trouble(self) -> None:
        await self._faults.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.poster.post_all(self.changes))
            group.create_task(self._one_by_one())
            group.create_task(self._follow_aside())
            for fault in self.faults:
                group.create_task(self._in_time(fault, self._faults.make))

    async def _one_by_one(self) -> None:
        for place, trouble in enumerate(self.outages):
            following = self.outages[place + 1 :]
            self._horizon = following[0].after if following else len(self.changes)
            await self._in_time(trouble, self._outages.make)
            await asyncio.sleep(BREATH_S)
        self._horizon = len(self.changes)

    async def _follow_aside(self) -> None:
        for trouble in self.aside:
            await self._in_time(trouble, self._outages.make)

    async def _in_time(self, trouble: Trouble, make: Callable[[Trouble], Awaitable[None]]) -> None:
        while len(self.poster.accepted) < trouble.after:  # noqa: ASYNC110 - a glance is enough
            await asyncio.sleep(GLANCE_S)
        began_s = time.time()
        self.under_way.append(trouble)
        await make(trouble)
        self.under_way.remove(trouble)
        self.troubles.append(Happened(trouble.kind, trouble.target, began_s, time.time()))

    def _rate(self) -> float:
        """Return how many changes a second to post: the stream lasts as long as the troubles."""
        seconds = max(1, len(self.outages)) * OUTAGE_S
        return self.options.rate or max(SLOWEST, len(self.changes) / seconds)

    def _may_go_on(self, place: int) -> bool:
        """Whether the change at this place of the stream may be posted: the troubles of services
        and servers must not fall behind, nor the back offices by much.
        """
        is_far = place > self._horizon + CHANGES_PER_OUTAGE
        is_ahead = is_far and not self._outages.is_watching
        is_much = self.waiting.count > MOST_WAITING and time.time() - self._last_s < SLOW_S
        self._last_s = self._last_s if is_ahead or is_much else time.time()
        return not is_ahead and not is_much


def a_run(options: Options, stage: Stage) -> Run:
    """Return a run that has not begun."""
    begin = datetime.now(UTC) - AGE
    return Run(options, stage, stream(options.seed, options.changes, SOURCE_APPS, begin))


@contextlib.asynccontextmanager
async def _in_parallel(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run this in parallel to the block, and cancel it afterwards; its failure ends the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_of(work))
        yield
        task.cancel()


async def _of(work: Awaitable[None]) -> None:
    await work
