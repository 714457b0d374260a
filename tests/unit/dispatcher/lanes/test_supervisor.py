from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any, cast

from dispatcher.lanes.groups import LaneKey
from dispatcher.lanes.supervisor import LaneSupervisor
from tests.support.virtual_time import in_virtual_time, now

LEASE_S = 8.0
CLOSING_S = 0.02


class Shared:
    """The state of MongoDB that all replicas share."""

    def __init__(self) -> None:
        self.live: dict[str, float] = {}
        self.leases: dict[str, tuple[str, float]] = {}
        self.breakers: dict[str, Sequence[Any]] = {}


class FakeLeases:
    """Leases on the loop's clock."""

    def __init__(self, shared: Shared, replica: str) -> None:
        self._shared = shared
        self.replica = replica
        self.is_away = False

    async def join(self) -> Sequence[str]:
        self._shared.live[self.replica] = now() + LEASE_S
        return [name for name, until in self._shared.live.items() if until > now()]

    async def leave(self) -> None:
        self._shared.live.pop(self.replica, None)

    async def create(self, groups: Collection[str]) -> None:
        """Do nothing, because no documents are needed."""

    async def renew(self, groups: Collection[str]) -> tuple[dict[str, Any], float]:
        leases, held = self._shared.leases, {}
        for group in groups:
            owner, until = leases.get(group, (self.replica, 0.0))
            if owner == self.replica or until <= now():
                leases[group] = (self.replica, now() + LEASE_S)
                held[group] = self._shared.breakers.get(group, [])
        return held, now() + LEASE_S

    async def store_breakers(self, group: str, breakers: Sequence[Any]) -> None:
        self._shared.breakers[group] = breakers

    async def release(self, groups: Collection[str]) -> None:
        for group in groups:
            if self._shared.leases.get(group, ("", 0))[0] == self.replica:
                del self._shared.leases[group]


class FakeState:
    """A lane's state that records its calls."""

    def __init__(self) -> None:
        self.leased_until = 0.0
        self.suspended = 0

    def suspend(self) -> None:
        self.suspended += 1
        self.leased_until = 0.0

    def report(self, _: int) -> None:
        """Publish nothing."""


class FakeLane:
    """A lane whose calls take the time that the test sets."""

    def __init__(self, name: str) -> None:
        self.key = LaneKey(name)
        self.group = name
        self.state = FakeState()
        self.is_owned = False
        self.is_open = False
        self.in_hand = 0
        self.taken_over: list[Any] = []
        self.held: dict[str, str] | None = None

    @property
    def is_idle(self) -> bool:
        return not self.is_open and not self.in_hand

    @property
    def is_stalled(self) -> bool:
        return not self.is_open

    def must_end(self, _: float) -> bool:
        return False

    def stop_consuming(self, within_s: float | None = None) -> None:
        asyncio.get_running_loop().call_later(CLOSING_S, self._end)
        if within_s is not None:
            self.in_hand = 0

    def _end(self) -> None:
        self.is_open = False

    def restore_breaker(self, breakers: Sequence[Any]) -> None:
        self.taken_over = list(breakers)

    def breaker_to_store(self) -> dict[str, str] | None:
        return self.held


class FakeLanes(list[FakeLane]):
    """The lanes of one replica."""

    async def declare(self) -> None:
        """Do nothing, because every queue exists."""

    async def open(self, lane: FakeLane) -> None:
        await asyncio.sleep(0.01)
        lane.is_open = True


class FakeConnection:
    """A connection that is always open."""

    is_open = True

    async def get(self) -> None:
        """Do nothing, because the connection is open."""


class Replica:
    """The supervisor of one dispatcher over lanes of these names."""

    def __init__(self, shared: Shared, name: str, *lanes: str) -> None:
        self.lanes = FakeLanes(FakeLane(lane) for lane in lanes)
        self.supervisor = LaneSupervisor(
            cast("Any", self.lanes),
            cast("Any", FakeLeases(shared, name)),
            cast("Any", FakeConnection()),
            asyncio.Event(),
            600,
        )
        self._running = asyncio.create_task(self.supervisor.run())

    @property
    def works(self) -> set[str]:
        """The names of the lanes that the replica consumes."""
        return {lane.key.name for lane in self.lanes if lane.is_open}

    async def kill(self) -> None:
        """End without releasing anything."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        for lane in self.lanes:
            lane.is_open = False


NAMES = [f"lane-{number}" for number in range(10)]


@in_virtual_time
async def test_one_replica_works_every_lane() -> None:
    one = Replica(Shared(), "one", *NAMES)

    await asyncio.sleep(2)

    assert one.works == set(NAMES)
    await one.kill()


@in_virtual_time
async def test_a_second_replica_works_half_of_the_lanes_within_seconds() -> None:
    shared = Shared()
    one = Replica(shared, "one", *NAMES)
    await asyncio.sleep(2)

    two = Replica(shared, "two", *NAMES)
    await asyncio.sleep(4)

    assert (len(one.works), len(two.works)) == (5, 5)
    assert one.works | two.works == set(NAMES)
    await asyncio.gather(one.kill(), two.kill())


@in_virtual_time
async def test_no_lane_is_worked_by_two_replicas_while_they_come_and_go() -> None:
    shared = Shared()
    replicas = [Replica(shared, "r0", *NAMES)]

    for number in range(1, 6):
        for _ in range(200):
            await asyncio.sleep(0.05)
            open_lanes = [name for replica in replicas for name in replica.works]
            assert len(open_lanes) == len(set(open_lanes))
        replicas.append(Replica(shared, f"r{number}", *NAMES))
        if number % 2:
            await replicas.pop(0).kill()

    await asyncio.gather(*(replica.kill() for replica in replicas))


@in_virtual_time
async def test_a_stopped_replica_hands_its_lanes_over_at_once() -> None:
    shared = Shared()
    one, two = Replica(shared, "one", *NAMES), Replica(shared, "two", *NAMES)
    await asyncio.sleep(12)

    await two.supervisor.close(60)
    await two.kill()
    await asyncio.sleep(2)

    assert one.works == set(NAMES)
    await one.kill()


@in_virtual_time
async def test_the_lanes_of_a_killed_replica_go_on_when_its_leases_expire() -> None:
    shared = Shared()
    one, two = Replica(shared, "one", *NAMES), Replica(shared, "two", *NAMES)
    await asyncio.sleep(12)

    await two.kill()
    await asyncio.sleep(LEASE_S + 2)

    assert one.works == set(NAMES)
    await one.kill()


@in_virtual_time
async def test_a_lane_is_handed_over_after_its_last_call() -> None:
    shared = Shared()
    one = Replica(shared, "one", *NAMES)
    await asyncio.sleep(2)
    for lane in one.lanes:
        lane.in_hand = 1

    two = Replica(shared, "two", *NAMES)
    await asyncio.sleep(60)
    during = two.works
    for lane in one.lanes:
        lane.in_hand = 0
    await asyncio.sleep(3)

    assert (during, len(two.works)) == (set(), 5)
    await asyncio.gather(one.kill(), two.kill())


@in_virtual_time
async def test_a_replica_that_gives_a_lane_up_stops_probing_its_back_office() -> None:
    shared = Shared()
    one = Replica(shared, "one", *NAMES)
    await asyncio.sleep(2)
    for lane in one.lanes:
        lane.held = {"lane": lane.key.name}

    two = Replica(shared, "two", *NAMES)
    await asyncio.sleep(4)

    given_up = [lane for lane in one.lanes if lane.key.name in two.works]
    assert [lane.state.suspended for lane in given_up] == [1] * 5
    taken = [lane.taken_over for lane in two.lanes if lane.is_open]
    assert taken == [[{"lane": name}] for name in NAMES if name in two.works]
    await asyncio.gather(one.kill(), two.kill())
