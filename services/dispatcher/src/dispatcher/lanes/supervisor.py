"""Supervises the lanes: leases, subscriptions and the handover between replicas."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import structlog
from pymongo.errors import PyMongoError

from common.database import is_unavailable
from common.errors import BrokerUnavailableError
from dispatcher.event_wait import wait_at_most
from dispatcher.lanes.placement import assign_groups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dispatcher.broker_connection import BrokerConnection
    from dispatcher.lanes.lane import Lane
    from dispatcher.lanes.lane_registry import LaneRegistry
    from dispatcher.lanes.leases import LaneLeases, StoredBreakers

log = structlog.get_logger()
WAITING_FOR = {"RabbitMQ": "lanes wait for RabbitMQ", "MongoDB": "lanes wait for MongoDB"}
RECONCILE_INTERVAL_S = 1.0
SHORTEST_RECONCILE_INTERVAL_S = 0.05
MAX_OPENING = 16
CLOSE_MARGIN_S = 10.0


class LaneSupervisor:
    """Reconciles the lanes with their wanted state every second.

    It renews, takes and releases leases, and opens and ends subscriptions. A step that fails is
    repeated in the next round. ``wake`` begins the next round at once.
    """

    def __init__(
        self,
        lanes: LaneRegistry,
        leases: LaneLeases,
        connection: BrokerConnection,
        wake: asyncio.Event,
        longest_in_hand_s: float,
    ) -> None:
        self._lanes = lanes
        self._leases = leases
        self._connection = connection
        self._wake = wake
        self._longest_in_hand_s = longest_in_hand_s
        self._owned: set[str] = set()
        self._created_groups: set[str] = set()
        self._stored_breakers: dict[str, StoredBreakers] = {}
        self._is_closing = False
        self._has_reconciled = False
        self._missing: str | None = None
        self._opening: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Reconcile the lanes until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self._reconcile()
                self._log_missing_server(None)
            except BrokerUnavailableError as error:
                self._log_missing_server("RabbitMQ", str(error))
            except PyMongoError as error:
                if not is_unavailable(error):
                    raise
                self._log_missing_server("MongoDB", type(error).__name__)
            await wait_at_most(self._wake, RECONCILE_INTERVAL_S)
            await asyncio.sleep(SHORTEST_RECONCILE_INTERVAL_S)

    def check(self) -> str | None:
        """Return why lanes of this replica are not worked, or None.

        A lane that is blocked by itself is reported as held instead.
        """
        if not self._connection.is_open:
            return "RabbitMQ is unavailable"
        if not self._has_reconciled:
            return "lanes are not opened yet"
        silent = [one.key.name for one in self._lanes if one.is_owned and one.is_stalled]
        return f"these lanes are not consumed: {', '.join(silent)}" if silent else None

    async def close(self, drain_s: float) -> None:
        """Begin no new call, finish the calls under way, and release the lanes to other
        replicas.
        """
        self._is_closing = True
        for lane in self._lanes:
            lane.stop_consuming(drain_s)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(drain_s + CLOSE_MARGIN_S):
                while self._owned:
                    self._wake.set()
                    await asyncio.sleep(SHORTEST_RECONCILE_INTERVAL_S)
        with contextlib.suppress(PyMongoError):
            await self._leases.leave()

    def _log_missing_server(self, server: str | None, reason: str = "") -> None:
        """Log the unavailability of a server once."""
        if server is not None and server != self._missing:
            log.warning(WAITING_FOR[server], reason=reason)
        self._missing = server

    async def _reconcile(self) -> None:
        await self._connect()
        wanted = await self._wanted()
        busy = {one.group for one in self._lanes if not one.is_idle}
        await self._renew(wanted | self._owned | busy)
        for lane in self._lanes:
            is_ours = lane.group in wanted and lane.is_owned
            if not is_ours or lane.must_end(self._longest_in_hand_s):
                lane.stop_consuming()
        await self._release(self._owned - wanted)
        self._open_in_background(
            [one for one in self._lanes if one.is_owned and one.group in wanted]
        )
        await self._store_breakers()
        for lane in self._lanes:
            lane.state.report(lane.in_hand)
        self._has_reconciled = self._connection.is_open

    async def _connect(self) -> None:
        with contextlib.suppress(BrokerUnavailableError):
            await self._connection.get()

    async def _wanted(self) -> set[str]:
        """Return the groups that this replica should work. There are none while it cannot
        consume.
        """
        if self._is_closing:
            await self._leases.leave()
        if self._is_closing or not self._connection.is_open:
            return set()
        replicas = await self._leases.join()
        groups = {one.group for one in self._lanes}
        if new := groups - self._created_groups:
            await self._leases.create(new)
            self._created_groups |= new
        return {
            group
            for group, owner in assign_groups(groups, replicas).items()
            if owner == self._leases.replica
        }

    async def _renew(self, groups: set[str]) -> None:
        """Renew and take leases. Suspend the lanes of lost leases."""
        held, until = await self._leases.renew(groups)
        for lane in self._lanes:
            if lane.group in self._owned and lane.group not in held:
                lane.state.suspend()
            lane.state.leased_until = until if lane.group in held else 0.0
            if lane.group in held and lane.group not in self._owned:
                lane.restore_breaker(held[lane.group])
            lane.is_owned = lane.group in held
        self._owned = set(held)

    def _open_in_background(self, lanes: list[Lane]) -> None:
        """Open lanes in the background, because leases are renewed in the meantime."""
        closed = [one for one in lanes if one.is_stalled]
        if closed and self._connection.is_open and self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._open(closed))
            self._opening.add_done_callback(self._has_opened)

    def _has_opened(self, _: asyncio.Task[None]) -> None:
        self._opening = None

    async def _open(self, lanes: list[Lane]) -> None:
        """Consume these lanes. A lane that cannot be opened does not affect the others."""
        room = asyncio.Semaphore(MAX_OPENING)
        with contextlib.suppress(BrokerUnavailableError):
            await self._lanes.declare()
            await asyncio.gather(*(self._open_one(one, room) for one in lanes))

    async def _open_one(self, lane: Lane, room: asyncio.Semaphore) -> None:
        async with room:
            if lane.is_owned and lane.is_stalled:
                await self._lanes.open(lane)

    async def _release(self, groups: set[str]) -> None:
        """Release the leases of these groups, unless one of their calls is under way."""
        idle = groups - {one.group for one in self._lanes if not one.is_idle}
        if not idle:
            return
        await self._store_breakers()
        for lane in self._lanes:
            if lane.group in idle:
                lane.state.suspend()
                lane.is_owned = False
        await self._leases.release(idle)
        self._owned -= idle

    async def _store_breakers(self) -> None:
        """Store changed circuit breakers for the replica that works the lanes next."""
        breakers: dict[str, list[Mapping[str, Any]]] = {group: [] for group in self._owned}
        for lane in self._lanes:
            breaker = lane.breaker_to_store() if lane.is_owned else None
            if breaker is not None:
                breakers.setdefault(lane.group, []).append(breaker)
        for group, found in breakers.items():
            if found != self._stored_breakers.get(group, []):
                await self._leases.store_breakers(group, found)
                self._stored_breakers[group] = found
