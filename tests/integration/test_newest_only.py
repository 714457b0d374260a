"""A lane with a backlog sends the newest version of each appointment, as a create where due."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable

import pytest

from common.database import open_database
from local_stack.servers.ports import random_free_port
from tests.support.builders import a_snapshot, as_entered
from tests.support.database import Database
from tests.support.fake_back_office import FakeBackOffice, a_back_office
from tests.support.system import System, until

APPOINTMENTS = int(os.environ.get("NEWEST_ONLY_APPOINTMENTS", "80"))
"""The number of appointments of the large backlog. A run by hand may set 1000."""
VERSIONS = 10
PAGE = 200


class HeldLane:
    """A connector whose back office listens only after ``recover``."""

    def __init__(self, system: System, app: str, database: Database) -> None:
        self.system = system
        self.app = app
        self.office = FakeBackOffice(random_free_port())
        self.connector_id = ""
        self._database = database

    async def connect(self, **fields: bool) -> None:
        """Create the connector."""
        self.connector_id = await self.system.connector(
            source_app=self.app, uri=self.office.url(self.app), **fields
        )

    async def report(self, action: str, version: int, appointments: Iterable[int]) -> None:
        """Report a version of each appointment, in as few requests as possible."""
        modified = f"2026-07-21T14:{version:02}:00"
        snapshots = [
            a_snapshot(number, modified, self.app, Subject=f"version {version}")
            for number in appointments
        ]
        for first in range(0, len(snapshots), PAGE):
            body = json.dumps(snapshots[first : first + PAGE]).encode()
            status, answer = await self.system.post(action, body)
            assert status == 202, answer

    async def wait_for_routed(self, count: int) -> None:
        """Wait until this many deliveries of the connector are in the lane."""
        line = f'{{connector_id="{self.connector_id}"}} {count}.0'

        async def ask() -> bool:
            metrics = await self.system.metrics("dispatcher")
            routed = [one for one in metrics.splitlines() if "routed" in one]
            return any(one.endswith(line) for one in routed)

        await until(ask, f"{count} deliveries to be routed", 60)

    async def wait_for_statuses(self, count: int) -> dict[str, int]:
        """Wait until this many deliveries have a status, and return the number of each status."""
        collection, mine = self._database["deliveries"], {"connector_id": self.connector_id}

        async def ask() -> bool:
            return await collection.count_documents(mine | {"status": {"$ne": None}}) == count

        await until(ask, f"{count} deliveries to have a status", 120)
        return dict(Counter([one["status"] async for one in collection.find(mine, {"status": 1})]))

    async def save(self, **fields: object) -> None:
        """Change the connector. Its lane is tried at once."""
        path = f"/connectors/{self.connector_id}"
        _, before = await self.system.api("GET", path)
        status, after = await self.system.api("PUT", path, json=as_entered(before, **fields))
        assert status == 200, after
        await self.system.until_used(after)

    async def messages(self, status: str) -> set[str]:
        """Return the messages of the deliveries with this status."""
        found = await self.system.deliveries(connector_id=self.connector_id, status=status)
        return {one["message"] for one in found}


@pytest.fixture
async def lane(system: System, app: str) -> AsyncIterator[HeldLane]:
    database = open_database(system.mongodb_url, system.database)
    yield HeldLane(system, app, database)
    database.client.close()


@pytest.mark.parametrize("newest_only", [True, False])
async def test_a_held_lane_sends_the_newest_of_ten_versions_or_all_in_order(
    lane: HeldLane, *, newest_only: bool
) -> None:
    await lane.connect(newest_only=newest_only)
    appointments = range(1, APPOINTMENTS + 1)
    for version in range(VERSIONS):
        await lane.report("update" if version else "create", version, appointments)
    count = APPOINTMENTS * VERSIONS
    await lane.wait_for_routed(count)

    async with a_back_office(lane.office):
        await lane.save()
        statuses = await lane.wait_for_statuses(count)

    sent = {number: lane.office.subjects(lane.app, number) for number in appointments}
    actions = lane.office.actions(lane.app)
    if newest_only:
        assert statuses == {"Success": APPOINTMENTS, "Skipped": count - APPOINTMENTS}
        assert sent == {one: [f"version {VERSIONS - 1}"] for one in appointments}
        assert actions == {one: ["create"] for one in appointments}
    else:
        assert statuses == {"Success": count}
        assert sent == {one: [f"version {n}" for n in range(VERSIONS)] for one in appointments}
        assert all(one == ["create"] + ["update"] * (VERSIONS - 1) for one in actions.values())


async def test_a_skipped_version_names_the_newer_one_and_a_missing_create_says_so(
    lane: HeldLane,
) -> None:
    await lane.connect(newest_only=True)
    await lane.report("create", 1, [1])
    await lane.report("update", 2, [1])
    await lane.wait_for_routed(2)

    async with a_back_office(lane.office):
        await lane.save()
        await lane.wait_for_statuses(2)

    newest, oldest = await lane.system.deliveries(connector_id=lane.connector_id)
    assert oldest["message"] == (
        "Skipped, because a newer version of the appointment waits: modified at "
        f"2026-07-21T14:02:00.000Z (transaction {newest['transaction_id']})."
    )
    assert newest["message"] == (
        "Sent as a create: the back office never got the create "
        f"(transaction {oldest['transaction_id']})."
    )


async def test_an_appointment_that_was_deleted_during_the_backlog_is_not_sent(
    lane: HeldLane,
) -> None:
    await lane.connect(newest_only=True)
    await lane.report("create", 1, [1, 2])
    await lane.report("update", 2, [1, 2])
    await lane.report("delete", 2, [1])
    await lane.wait_for_routed(5)

    async with a_back_office(lane.office):
        await lane.save()
        statuses = await lane.wait_for_statuses(5)

    assert statuses == {"Success": 1, "Skipped": 4}
    assert lane.office.actions(lane.app) == {2: ["create"]}


async def test_a_version_is_sent_where_the_connector_does_not_get_the_newer_delete(
    lane: HeldLane,
) -> None:
    await lane.connect(newest_only=True)
    await lane.save(actions=["create", "update"])
    await lane.report("create", 1, [1])
    await lane.report("update", 2, [1])
    await lane.report("delete", 3, [1])
    await lane.wait_for_routed(3)

    async with a_back_office(lane.office):
        await lane.save()
        await lane.wait_for_statuses(3)

    assert lane.office.actions(lane.app) == {1: ["create"]}
    assert lane.office.subjects(lane.app, 1) == ["version 2"]


async def test_without_missing_creates_the_create_is_sent_before_the_newest(
    lane: HeldLane,
) -> None:
    await lane.connect(newest_only=True, sends_missing_create=False)
    for version in range(4):
        await lane.report("update" if version else "create", version, [1])
    await lane.wait_for_routed(4)

    async with a_back_office(lane.office):
        await lane.save()
        await lane.wait_for_statuses(4)

    assert lane.office.actions(lane.app) == {1: ["create", "update"]}
    assert lane.office.subjects(lane.app, 1) == ["version 0", "version 3"]


async def test_a_version_that_left_for_another_connector_does_not_count_here(
    lane: HeldLane, system: System
) -> None:
    await lane.connect(newest_only=True)
    await lane.report("create", 1, [1])
    moved = a_snapshot(1, "2026-07-21T14:05:00", f"{lane.app}-b", Subject="version 5")
    elsewhere = await system.hook(f"{lane.app}-b", newest_only=True)
    await system.change("update", moved)
    await lane.wait_for_routed(1)

    async with a_back_office(lane.office):
        await lane.save()
        statuses = await lane.wait_for_statuses(1)

    assert statuses == {"Success": 1}
    assert lane.office.subjects(lane.app, 1) == ["version 1"]
    assert len(await system.deliveries(connector_id=elsewhere)) == 1
