"""One run: changes and disruptions concurrently, then the end without disruptions, then the
evidence.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chaos.connectors import SOURCE_APPS, limits
from chaos.disruptions import CHANGES_PER_OUTAGE, Disruption, background, faults, outages
from chaos.evidence import Evidence, PastDisruption
from chaos.faults import TARGETS, BackOfficeFaults
from chaos.journal import Journal
from chaos.outages import Outages
from chaos.planners import Change, stream
from chaos.poster import Poster
from chaos.settling import settled
from chaos.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from chaos.options import Options
    from chaos.system import Stage

AGE = timedelta(minutes=30)
"""The age of the first change. No change may be ahead of the clock."""
POLL_INTERVAL_S = 0.05
PAUSE_S = 0.7
"""The pause between two disruptions of services and servers."""
OUTAGE_S, SLOWEST = 4.5, 20.0
"""The average duration of an outage, and the lowest number of changes a second."""
MAX_WAITING = 3_000
SLOW_S = 0.1
"""The pause between two posts while more than that are waiting, which slows the stream without
stopping it.
"""


@dataclass
class Run:
    """The state of a run."""

    options: Options
    stage: Stage
    changes: Sequence[Change]
    began_s: float = field(default_factory=time.time)
    disruptions: list[PastDisruption] = field(default_factory=list)
    under_way: list[Disruption] = field(default_factory=list)
    doing: str = "posting"

    def __post_init__(self) -> None:
        """Create the parts of the run."""
        self.waiting = Waiting()
        self.journal = Journal(self.stage, self.waiting.arrive)
        self._outages = Outages(self.stage)
        self._faults = BackOfficeFaults(self.stage, self.changes)
        possible = self.stage.servers.possible
        seed, count = self.options.seed, len(self.changes)
        self.outages = outages(seed, count, possible, self.options.dispatchers)
        self.background = background(seed, count, possible)
        self.faults = faults(seed, count, possible, TARGETS)
        self.poster = Poster(self.stage, self._rate(), self._may_post, self.waiting.accept)
        self._horizon = 0
        self._last_s = 0.0

    async def evidence(self) -> Evidence:
        """Post all changes under disruptions, wait until the system has settled, and return the
        evidence.
        """
        async with _in_parallel(self.journal.follow()):
            await self._post_and_disrupt()
            self.doing = "settling"
            await self._faults.clear()
            deliveries = await settled(self._seen, self.journal, self.stage, self.options.settle_s)
        await self.journal.read()
        self.stage.record_exits(*self.stage.services)
        return self._seen(deliveries)

    def _seen(self, deliveries: Sequence[dict[str, Any]]) -> Evidence:
        return Evidence(
            back_offices=self.stage.back_offices,
            limits=limits(),
            accepted=self.poster.accepted,
            calls=sorted(self.journal.calls, key=lambda call: call.began),
            deliveries=deliveries,
            disruptions=self.disruptions,
            starts=self._outages.starts,
            bad_exits=self.stage.bad_exits,
            ended_s=time.time(),
        )

    async def _post_and_disrupt(self) -> None:
        await self._faults.clear()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.poster.post_all(self.changes))
            group.create_task(self._one_by_one())
            group.create_task(self._run_background())
            for fault in self.faults:
                group.create_task(self._in_time(fault, self._faults.make))

    async def _one_by_one(self) -> None:
        for position, disruption in enumerate(self.outages):
            following = self.outages[position + 1 :]
            self._horizon = following[0].after if following else len(self.changes)
            await self._in_time(disruption, self._outages.make)
            await asyncio.sleep(PAUSE_S)
        self._horizon = len(self.changes)

    async def _run_background(self) -> None:
        for disruption in self.background:
            await self._in_time(disruption, self._outages.make)

    async def _in_time(
        self, disruption: Disruption, make: Callable[[Disruption], Awaitable[None]]
    ) -> None:
        while len(self.poster.accepted) < disruption.after:  # noqa: ASYNC110 - polling is enough
            await asyncio.sleep(POLL_INTERVAL_S)
        began_s = time.time()
        self.under_way.append(disruption)
        await make(disruption)
        self.under_way.remove(disruption)
        self.disruptions.append(
            PastDisruption(disruption.kind, disruption.target, began_s, time.time())
        )

    def _rate(self) -> float:
        """Return the changes per second, so that the stream lasts as long as the disruptions."""
        seconds = max(1, len(self.outages)) * OUTAGE_S
        return self.options.rate or max(SLOWEST, len(self.changes) / seconds)

    def _may_post(self, position: int) -> bool:
        """Whether the change at this position of the stream may be posted. The disruptions of
        services and servers must keep up with the stream, and the back offices nearly so.
        """
        is_far = position > self._horizon + CHANGES_PER_OUTAGE
        is_ahead = is_far and not self._outages.is_watching
        is_much = self.waiting.count > MAX_WAITING and time.time() - self._last_s < SLOW_S
        self._last_s = self._last_s if is_ahead or is_much else time.time()
        return not is_ahead and not is_much


def new_run(options: Options, stage: Stage) -> Run:
    """Return a run that has not begun."""
    begin = datetime.now(UTC) - AGE
    return Run(options, stage, stream(options.seed, options.changes, SOURCE_APPS, begin))


@contextlib.asynccontextmanager
async def _in_parallel(work: Awaitable[None]) -> AsyncIterator[None]:
    """Run the work concurrently with the block, and cancel it afterwards. Its failure ends the
    block.
    """
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_of(work))
        yield
        task.cancel()


async def _of(work: Awaitable[None]) -> None:
    await work
