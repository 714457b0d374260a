"""Lanes on real servers: several dispatchers, handovers, outages and other failing lanes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import aio_pika
import pytest
from aio_pika.exceptions import ChannelNotFoundEntity

from common import topology
from common.database import open_database
from local_stack.servers.ports import random_free_port
from tests.support.builders import a_snapshot, as_entered
from tests.support.database import Database
from tests.support.fake_back_office import FakeBackOffice, a_back_office
from tests.support.simulated_back_offices import SIMULATED, a_login
from tests.support.system import System, a_system, until
from tests.support.tcp_proxy import TcpProxy, a_tcp_proxy

CALLS = 4
SETTINGS = {
    "DISPATCHER_IN_HAND_S": "1",
    "DISPATCHER_PROBE_S": "0.2",
    "DISPATCHER_LONGEST_PROBE_S": "1",
}
HANDOVERS = 25


class LaneSystem(NamedTuple):
    """A system of its own, with a back office and the network between dispatcher and RabbitMQ."""

    system: System
    office: FakeBackOffice
    proxy: TcpProxy
    database: Database

    async def start_dispatcher(self, name: str = "dispatcher", *, ready: bool = True) -> None:
        """Start a dispatcher that returns its messages to the queue after a second."""
        settings = SETTINGS | {"RABBITMQ_URL": self.proxy.url}
        await self.system.start("dispatcher", name, ready=ready, **settings)

    async def hook(self, app: str, office: FakeBackOffice | None = None, **fields: Any) -> str:
        """Create a webhook connector to the back office."""
        given = {"limits": {"calls_in_flight": CALLS}, "uri": (office or self.office).url(app)}
        return await self.system.connector(source_app=app, **given | fields)

    async def lanes_of(self, replica: str) -> set[str]:
        """Return the lanes of a replica."""
        found = self.database["lane_leases"].find({"owner": {"$regex": f"^{replica} "}})
        return {lease["_id"] async for lease in found}

    async def lane(self, connector_id: str) -> dict[str, Any]:
        """Return a lane as the status API shows it."""
        status, answer = await self.system.api("GET", "/status")
        assert status == 200, answer
        return next((one for one in answer["lanes"] if one["connector_id"] == connector_id), {})

    async def all_settled(self, app: str, count: int) -> list[str]:
        """Wait until this many deliveries have a status, and return them."""

        async def ask() -> list[str] | None:
            found = [one["status"] for one in await self.system.deliveries(source_app=app)]
            return found if len(found) == count and all(found) else None

        return await until(ask, f"{count} deliveries of {app} to come to a status")

    async def dead_letters(self) -> int:
        """Return the number of dead letters."""
        return await self.database["dead_letters"].count_documents({})


@pytest.fixture(scope="module")
async def lane_system(
    mongodb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LaneSystem]:
    directory = tmp_path_factory.mktemp("lanes")
    async with (
        a_system(mongodb_url, directory) as system,
        a_back_office() as office,
        a_tcp_proxy(system.rabbitmq_url) as proxy,
    ):
        database = open_database(mongodb_url, system.database)
        made = LaneSystem(system, office, proxy, database)
        services = (system.start(kind) for kind in ("ingest", "portal-api", "simulator"))
        await asyncio.gather(made.start_dispatcher(), *services)
        yield made
        await system.stop_all()
        database.client.close()


@pytest.fixture
async def second(lane_system: LaneSystem) -> AsyncIterator[str]:
    """A second dispatcher that is not started yet."""
    name = "dispatcher-2"
    yield name
    if name in lane_system.system.services:
        await lane_system.system.stop(name)


def versions(app: str, appointment: int, count: int) -> list[tuple[str, dict[str, Any]]]:
    """Build a create and updates of one appointment."""
    return [
        (
            "update" if number else "create",
            a_snapshot(
                appointment, f"2026-07-21T14:{number:02}:00", app, Subject=f"version {number}"
            ),
        )
        for number in range(count)
    ]


async def post(
    system: System, app: str, appointments: Iterable[int], count: int = 4
) -> Sequence[str]:
    """Report the versions of these appointments, all appointments concurrently."""
    room = asyncio.Semaphore(16)

    async def one(appointment: int) -> list[str]:
        async with room:
            changes = versions(app, appointment, count)
            return [await system.change(action, body) for action, body in changes]

    return [one for posted in await asyncio.gather(*map(one, appointments)) for one in posted]


def check(
    office: FakeBackOffice, app: str, *, versions: int = 4, repeated_at_most: int = 0
) -> None:
    """Check that versions arrived in order, creates first, and calls stayed within the limit."""
    assert office.most[app] <= CALLS
    assert office.repeated(app) <= repeated_at_most
    for appointment, actions in office.actions(app).items():
        subjects = office.subjects(app, appointment)
        assert subjects == sorted(subjects), appointment
        assert subjects[-1] == f"version {versions - 1}"
        assert actions[0] == "create", appointment
        assert set(actions[versions - len(actions) :]) <= {"create", "update"}


async def test_a_change_posted_right_after_its_connector_was_created_is_delivered(
    lane_system: LaneSystem, app: str
) -> None:
    system = lane_system.system

    for number in range(4):
        name = f"{app}-{number}"
        status, answer = await system.api(
            "POST",
            "/connectors",
            json={
                "name": "Hook",
                "system": "Webhook",
                "api_type": "REST",
                "source_app": name,
                "uri": lane_system.office.url(name),
            },
        )
        assert status == 201, answer
        transaction = await system.change("create", a_snapshot(source_app=name))
        delivery = await system.delivery(transaction)

        assert delivery["status"] == "Success", delivery["message"]


async def test_a_second_dispatcher_takes_half_of_the_lanes_and_hands_them_over_when_stopped(
    lane_system: LaneSystem, second: str, app: str
) -> None:
    system, office = lane_system.system, lane_system.office
    apps = [f"{app}-{number}" for number in range(4)]
    ids = await asyncio.gather(*map(lane_system.hook, apps))
    for name in apps:
        office.delay_s[name] = 0.25

    await asyncio.gather(*(post(system, name, range(1, 13)) for name in apps))
    await lane_system.start_dispatcher(second, ready=False)
    await system.until_ready(second)
    began = time.monotonic()
    total = await lane_system.database["lane_leases"].count_documents({})

    async def has_half() -> bool:
        return len(await lane_system.lanes_of(second)) >= total // 2

    await until(has_half, "the second dispatcher to have half of the lanes", 10)
    took_s = time.monotonic() - began
    of_second = [
        name
        for name, connector_id in zip(apps, ids, strict=True)
        if connector_id in await lane_system.lanes_of(second)
    ]
    await asyncio.gather(*(post(system, name, range(21, 33)) for name in apps))
    await system.stop(second)
    stopped_at = time.monotonic()
    for name in apps:
        await lane_system.all_settled(name, 96)

    assert took_s < 10
    for name in apps:
        check(office, name)
        assert len(office.calls[name]) == 96
    for name in of_second:
        after = [call.at for call in office.since(name, stopped_at)]
        assert not after or min(after) - stopped_at < 3, "handed over at once"


async def test_the_lanes_of_a_killed_dispatcher_go_on_within_fifteen_seconds(
    lane_system: LaneSystem, second: str, app: str
) -> None:
    system, office = lane_system.system, lane_system.office
    apps = [f"{app}-{number}" for number in range(6)]
    await lane_system.start_dispatcher(second)
    ids = await asyncio.gather(*map(lane_system.hook, apps))

    async def works_some() -> list[str]:
        owned = await lane_system.lanes_of(second)
        return [name for name, one in zip(apps, ids, strict=True) if one in owned]

    await until(works_some, "the second dispatcher to work lanes of this test", 20)
    for name in apps:
        office.delay_s[name] = 0.25
    await asyncio.gather(*(post(system, name, range(1, 9)) for name in apps))
    of_second = await works_some()

    await system.stop(second, signal.SIGKILL)
    killed_at = time.monotonic()
    for name in apps:
        await lane_system.all_settled(name, 32)

    for name in apps:
        check(office, name, repeated_at_most=CALLS)
    for name in of_second:
        after = [call.at for call in office.since(name, killed_at)]
        assert not after or min(after) - killed_at < 15


async def test_a_dispatcher_stops_in_good_order_while_rabbitmq_is_unavailable(
    lane_system: LaneSystem, second: str
) -> None:
    system = lane_system.system
    async with a_tcp_proxy(system.rabbitmq_url) as proxy:
        await system.start("dispatcher", second, RABBITMQ_URL=proxy.url)

        proxy.is_broken = True
        proxy.cut()
        code = await system.stop(second)

    assert code == 0


async def test_a_lost_connection_ends_no_call_and_stops_no_other_lane(
    lane_system: LaneSystem, app: str
) -> None:
    system, office = lane_system.system, lane_system.office
    slow, quick = f"{app}-slow", f"{app}-quick"
    await asyncio.gather(lane_system.hook(slow), lane_system.hook(quick))
    office.delay_s[slow] = 6
    transaction = await system.change("create", a_snapshot(source_app=slow))

    async def is_called() -> bool:
        return bool(office.calls[slow])

    await until(is_called, "the slow call to begin")
    assert lane_system.proxy.cut()
    began = time.monotonic()
    await post(system, quick, range(1, 6))
    await lane_system.all_settled(quick, 20)
    took_s = time.monotonic() - began
    delivery = await system.delivery(transaction)

    assert took_s < 5.5
    assert delivery["status"] == "Success"
    assert len(office.calls[slow]) == 1
    check(office, quick)


async def test_a_held_lane_outlasts_handovers_and_restarts_without_dead_letters(
    lane_system: LaneSystem, app: str
) -> None:
    system, port = lane_system.system, random_free_port()
    dead_letters = await lane_system.dead_letters()
    away = FakeBackOffice(port)
    connector_id = await lane_system.hook(app, away, limits={"calls_in_flight": 2})
    transactions = await post(system, app, range(1, 4), count=2)

    async def is_held() -> bool:
        return bool((await lane_system.lane(connector_id)).get("held_since"))

    await until(is_held, "the lane to be held")
    await asyncio.sleep(1.5)
    await system.stop("dispatcher")
    returned = await hand_over(system, topology.lane(connector_id).name)
    await lane_system.start_dispatcher()
    async with a_back_office(FakeBackOffice(port)) as office:
        statuses = await lane_system.all_settled(app, len(transactions))

        assert returned >= HANDOVERS - 1
        assert statuses == ["Success"] * len(transactions)
        check(office, app, versions=2)
        assert len(office.calls[app]) == len(transactions)
    assert await lane_system.dead_letters() == dead_letters


async def hand_over(system: System, queue: str) -> int:
    """Take a message and lose the channel several times, and return how often a message came
    back.
    """
    connection = await aio_pika.connect(system.rabbitmq_url)
    returned = 0
    async with connection:
        for _ in range(HANDOVERS):
            channel = await connection.channel()
            await channel.set_qos(4)
            taken: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
            await (await channel.get_queue(queue)).consume(taken.put)
            message = await asyncio.wait_for(taken.get(), 10)
            count = message.headers.get("x-delivery-count", 0)
            returned = count if isinstance(count, int) else returned
            await channel.close()
    return returned


async def test_a_queue_with_other_arguments_holds_its_lane_alone(
    lane_system: LaneSystem, app: str
) -> None:
    system = lane_system.system
    wrong, well = f"{app}-wrong", f"{app}-well"
    ids = await asyncio.gather(lane_system.hook(wrong), lane_system.hook(well))
    queue = topology.lane(ids[0]).name

    async def is_told() -> str | None:
        reason = (await lane_system.lane(ids[0])).get("reason")
        return str(reason) if reason else None

    await until(partial(has_consumer, system, queue), "the lane to be consumed")
    await replace(system, queue, {"x-queue-type": "classic"})
    while_running = await until(is_told, "the lane's trouble to be told")
    await system.stop("dispatcher")
    await lane_system.start_dispatcher()
    after_start = await until(is_told, "the lane's trouble to be told after a start")
    transaction = await system.change("create", a_snapshot(source_app=well))
    other = await system.delivery(transaction)
    await replace(system, queue, None)
    transaction = await system.change("create", a_snapshot(source_app=wrong))
    repaired = await system.delivery(transaction)

    assert queue in while_running
    assert queue in after_start
    assert "inequivalent arg" in after_start
    assert (other["status"], repaired["status"]) == ("Success", "Success")


async def has_consumer(system: System, queue: str) -> bool:
    """Return whether a queue exists and is consumed."""
    connection = await aio_pika.connect(system.rabbitmq_url)
    async with connection:
        channel = await connection.channel()
        with contextlib.suppress(ChannelNotFoundEntity):
            declared = await channel.declare_queue(queue, passive=True)
            return bool(declared.declaration_result.consumer_count)
    return False


async def replace(system: System, queue: str, arguments: dict[str, Any] | None) -> None:
    """Delete a queue, and declare it with other arguments if some are given."""
    connection = await aio_pika.connect(system.rabbitmq_url)
    async with connection:
        channel = await connection.channel()
        await channel.queue_delete(queue)
        if arguments is not None:
            declared = await channel.declare_queue(queue, durable=True, arguments=arguments)
            await declared.bind(topology.DELIVERIES.name, queue.rpartition(".")[2])


async def test_a_connector_that_cannot_be_read_holds_its_lane_alone_and_says_why(
    lane_system: LaneSystem, app: str
) -> None:
    other = f"{app}-other"
    connector_id, _ = [await lane_system.hook(name) for name in (app, other)]
    await post(lane_system.system, app, [1], 1)
    await lane_system.all_settled(app, 1)
    mine = {"_id": connector_id}
    stored = await lane_system.database["connectors"].find_one(mine, {"limits": 1})
    assert stored is not None
    await lane_system.database["connectors"].update_one(
        mine, {"$set": {"limits.calls_in_flight": "many"}}
    )

    async def is_shown() -> bool:
        return "limits.calls_in_flight" in str((await lane_system.lane(connector_id)).get("reason"))

    await until(is_shown, "the lane to say why it waits", within_s=20)
    await post(lane_system.system, app, [2, 3], 1)
    await post(lane_system.system, other, [1], 1)
    assert await lane_system.all_settled(other, 1) == ["Success"]
    assert len(lane_system.office.calls[app]) == 1

    await lane_system.database["connectors"].update_one(mine, {"$set": stored})
    assert await lane_system.all_settled(app, 3) == ["Success"] * 3


@pytest.mark.parametrize("fault", [{"status": 403}, {"delay_s": 12.0}], ids=["403", "hangs"])
async def test_a_failing_company_delays_no_other_one_with_the_same_login(
    lane_system: LaneSystem, app: str, fault: dict[str, Any]
) -> None:
    system, simulator = lane_system.system, lane_system.system.services["simulator"].url
    sick, healthy = f"{app}-sick", f"{app}-healthy"
    demanded, authentication, secrets = a_login("Basic")
    ids = []
    for name in (sick, healthy):
        await system.simulated("PUT", name, "/authentication", json=demanded)
        fields = SIMULATED["Business Central SOAP"].connector(simulator, name)
        ids.append(
            await system.connector(
                **fields,
                source_app=name,
                authentication=authentication,
                limits={"total_timeout_s": 15.0},
                **secrets,
            )
        )
    await system.simulated("PUT", sick, "/faults", json=fault)

    await post(system, sick, range(1, 26), count=1)
    began = time.monotonic()
    await post(system, healthy, range(1, 11), count=1)
    statuses = await lane_system.all_settled(healthy, 10)
    took_s = time.monotonic() - began
    await system.simulated("DELETE", sick, "/faults")
    await system.switch(ids[0], "disable")

    assert statuses == ["Success"] * 10
    assert took_s < 9


async def test_parts_of_a_connector_are_worked_side_by_side_and_a_new_number_loses_nothing(
    lane_system: LaneSystem, second: str, app: str
) -> None:
    system, office = lane_system.system, lane_system.office
    await lane_system.start_dispatcher(second)
    connector_id = await lane_system.hook(app, limits={"calls_in_flight": 8})
    office.delay_s[app] = 0.1

    total = 0
    for number, partitions in enumerate((1, 8, 2)):
        await split(system, connector_id, partitions)
        await post(system, app, range(number * 10 + 1, number * 10 + 11))
        total += 40
        if partitions == 8:
            await until(
                lambda: worked_by_both(lane_system, connector_id, second), "both to work on it", 20
            )
    statuses = await lane_system.all_settled(app, total)
    office.most.clear()
    await post(system, app, range(31, 41))
    statuses += await lane_system.all_settled(app, total + 40)

    assert set(statuses) <= {"Success", "Skipped"}
    for appointment in office.actions(app):
        subjects = office.subjects(app, appointment)
        assert subjects == sorted(subjects)
        assert subjects[-1] == "version 3"
    assert len(office.actions(app)) == 40
    assert office.repeated(app) == 0
    assert office.most[app] <= 8


async def worked_by_both(lane_system: LaneSystem, connector_id: str, second: str) -> bool:
    shares = [await lane_system.lanes_of(name) for name in ("dispatcher", second)]
    return all(any(one.startswith(connector_id) for one in share) for share in shares)


async def split(system: System, connector_id: str, partitions: int) -> None:
    """Change the number of a connector's partitions."""
    status, connector = await system.api("GET", f"/connectors/{connector_id}")
    assert status == 200, connector
    changed = as_entered(connector, limits=connector["limits"] | {"partitions": partitions})
    status, answer = await system.api("PUT", f"/connectors/{connector_id}", json=changed)
    assert status == 200, answer
    await system.until_used(answer)
