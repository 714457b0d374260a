from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

from common import topology
from common.broker import Publisher
from common.contracts.appointment import Action
from common.contracts.connector import Connector
from common.contracts.delivery import DeliveryRequested, Phase, Status
from common.contracts.transaction import TransactionReceived
from common.errors import BrokerUnavailableError
from common.topology import partition_of
from dispatcher.connector_cache import ConnectorCache
from dispatcher.route import RoutingService
from tests.support.builders import SOURCE_APP, a_connector, a_delivery, a_transaction
from tests.support.fake_lane import FakeStatuses
from tests.support.virtual_time import in_virtual_time, settle


async def never() -> Any:
    """Fail, because no test here connects."""
    raise AssertionError


class FlakyPublisher(Publisher):
    """A publisher whose first publishes find RabbitMQ unavailable."""

    def __init__(self, away: int = 0) -> None:
        super().__init__(never, topology.DISPATCHER)
        self.away = away
        self.published: list[tuple[str, DeliveryRequested]] = []

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, routing_key: str = "", **_: Any
    ) -> None:
        assert exchange is topology.DELIVERIES
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise BrokerUnavailableError("test")
        request = DeliveryRequested.model_validate_json(body)
        self.published.append((routing_key, request))

    @property
    def order(self) -> list[str]:
        """The transactions in the order in which they reached their lanes."""
        return [request.transaction.transaction_id for _, request in self.published]


class FakeCollection:
    """The stored connectors, and the number of their readings."""

    def __init__(self, *connectors: Connector) -> None:
        self.connectors = list(connectors)
        self.readings = 0

    def find(self) -> FakeCollection:
        return self

    async def to_list(self, _: None) -> list[dict[str, Any]]:
        self.readings += 1
        await asyncio.sleep(0.01)
        return [connector.model_dump() for connector in self.connectors]


class Routing:
    """A routing service over stored connectors."""

    def __init__(self, *connectors: Connector, away: int = 0) -> None:
        self.stored = FakeCollection(*connectors)
        self.publisher = FlakyPublisher(away)
        self.statuses = FakeStatuses()
        self.used: list[list[str]] = []
        self.recorded: list[tuple[str, int]] = []
        database = cast("Any", {"connectors": self.stored})
        self.cache = ConnectorCache(database, self._updated, ignore_case=False)
        self.service = RoutingService(
            self.cache, self.publisher, cast("Any", self.statuses), cast("Any", self), "replica"
        )

    async def record_newest(self, request: DeliveryRequested) -> None:
        """Record the version, as the ledger does."""
        await asyncio.sleep(0)
        self.recorded.append((request.delivery_id, len(self.publisher.published)))

    async def _updated(self, connectors: Sequence[Connector]) -> None:
        self.used.append([connector.connector_id for connector in connectors])

    async def __call__(self, *transactions: TransactionReceived) -> None:
        await self.service.route(transactions)


@in_virtual_time
async def test_changes_of_one_appointment_keep_their_order_although_a_publish_fails() -> None:
    routing = Routing(a_connector(), away=1)
    await routing.cache.wait_for_refresh()

    await asyncio.gather(routing(a_transaction("t1")), routing(a_transaction("t2")))

    assert routing.publisher.order == ["t1", "t2"]


@in_virtual_time
async def test_changes_of_one_appointment_keep_their_order_while_connectors_are_read() -> None:
    routing = Routing(a_connector())

    await asyncio.gather(*(routing(a_transaction(f"t{number}")) for number in range(5)))

    assert routing.publisher.order == ["t0", "t1", "t2", "t3", "t4"]


@in_virtual_time
async def test_changes_that_came_together_keep_their_order() -> None:
    routing = Routing(a_connector(), away=3)

    await routing(*(a_transaction(f"t{number}") for number in range(5)))

    assert routing.publisher.order == ["t0", "t1", "t2", "t3", "t4"]


@in_virtual_time
async def test_another_appointment_does_not_wait_for_a_publish_that_failed() -> None:
    routing = Routing(a_connector(), away=1)
    await routing.cache.wait_for_refresh()

    await asyncio.gather(
        routing(a_transaction("t1")), routing(a_transaction("t2", key="demo/other"))
    )

    assert routing.publisher.order == ["t2", "t1"]


@in_virtual_time
async def test_an_unknown_source_app_is_looked_up_again_before_the_change_is_given_up() -> None:
    routing = Routing()
    await routing.cache.wait_for_refresh()
    routing.stored.connectors.append(a_connector())

    await routing(a_transaction("t1"))

    assert routing.publisher.order == ["t1"]
    assert [event.phase for event in routing.statuses.events] == [Phase.PENDING]


@in_virtual_time
async def test_a_source_app_that_no_connector_has_ends_as_mboc_not_provided() -> None:
    routing = Routing(a_connector(source_app="another"))

    await routing(a_transaction("t1"))

    (event,) = routing.statuses.events
    assert event.status is Status.MBOC_NOT_PROVIDED
    assert f"'{SOURCE_APP}'" in (event.message or "")


@in_virtual_time
async def test_many_changes_of_an_unknown_source_app_share_readings() -> None:
    routing = Routing()
    await routing.cache.wait_for_refresh()

    await routing(*(a_transaction(f"t{n}", key=f"demo/{n}") for n in range(100)))

    assert routing.stored.readings == 2


@in_virtual_time
async def test_a_change_without_source_app_reads_nothing_again() -> None:
    routing = Routing()

    await routing(a_transaction("t1", source_app=None))

    assert routing.stored.readings == 0
    assert [event.status for event in routing.statuses.events] == [Status.MBOC_NOT_PROVIDED]


@in_virtual_time
async def test_the_newest_version_is_recorded_before_it_is_published() -> None:
    routing = Routing(
        a_connector(newest_only=True), a_connector(connector_id="c2", newest_only=False)
    )

    await routing(a_transaction("t1"), a_transaction("t2", Action.DELETE))

    published = [request.delivery_id for _, request in routing.publisher.published]
    assert published == ["t1.c1", "t1.c2", "t2.c1", "t2.c2"]
    assert routing.recorded == [("t1.c1", 0), ("t2.c1", 2)]


@in_virtual_time
async def test_a_version_that_the_connector_does_not_want_is_not_recorded() -> None:
    routing = Routing(a_connector(newest_only=True, actions=(Action.CREATE, Action.UPDATE)))

    await routing(a_transaction("t1", Action.DELETE))

    assert routing.publisher.order == ["t1"]
    assert routing.recorded == []


@in_virtual_time
async def test_a_transaction_that_is_routed_again_is_recorded_as_well() -> None:
    routing = Routing(a_connector(newest_only=True))

    await routing.service.reroute(a_delivery(connector_id="-", transaction=a_transaction("t1")))

    assert routing.recorded == [("t1.c1", 0)]


@in_virtual_time
async def test_lanes_are_opened_before_a_connector_is_used() -> None:
    routing = Routing(a_connector())
    opened = asyncio.Event()
    routing.cache._updated = lambda _: cast("Any", opened.wait())
    reading = asyncio.create_task(routing.cache.wait_for_refresh())
    await asyncio.sleep(1)

    before = routing.cache.find("c1")
    opened.set()
    await reading

    assert before is None
    assert routing.cache.find("c1") is not None


@in_virtual_time
async def test_a_reading_that_began_before_the_question_does_not_answer_it() -> None:
    routing = Routing()
    early = asyncio.create_task(routing.cache.wait_for_refresh())
    await settle()
    routing.stored.connectors.append(a_connector())

    late = asyncio.create_task(routing.cache.wait_for_refresh())
    await asyncio.gather(early, late)

    assert routing.cache.find("c1") is not None


@in_virtual_time
async def test_connectors_are_read_again_when_rabbitmq_is_back() -> None:
    routing, away = Routing(a_connector()), [True, True]

    async def updated(_: Sequence[Connector]) -> None:
        if away:
            away.pop()
            raise BrokerUnavailableError("test")

    routing.cache._updated = updated
    await routing.cache.wait_for_refresh()

    assert routing.cache.find("c1") is not None


@in_virtual_time
async def test_every_matching_connector_gets_a_delivery() -> None:
    routing = Routing(
        a_connector(),
        a_connector(connector_id="c2"),
        a_connector(connector_id="c3", source_type="OTHER"),
    )

    await routing(a_transaction("t1"))

    assert sorted(key for key, _ in routing.publisher.published) == ["c1", "c2"]


@in_virtual_time
async def test_a_change_goes_to_the_lane_of_its_appointments_part() -> None:
    routing = Routing(a_connector(limits={"partitions": 3}))
    keys = [f"demo/{number}" for number in range(30)]

    await routing(*(a_transaction(f"t{key}", key=key) for key in keys))

    names = ["c1", "c1.1", "c1.2"]
    found = {r.transaction.appointment.key: name for name, r in routing.publisher.published}
    assert found == {key: names[partition_of(key, 3)] for key in keys}
    assert set(found.values()) == set(names)


@in_virtual_time
async def test_an_unrouted_request_for_a_known_connector_goes_to_its_lane_unchanged() -> None:
    routing = Routing(a_connector())
    await routing.cache.refresh()
    request = a_delivery(attempt=3, transaction=a_transaction("t1"))

    await routing.service.reroute(request)

    assert routing.publisher.published == [(request.connector_id, request)]
    assert routing.statuses.events == []


@in_virtual_time
async def test_a_change_routed_again_names_the_connectors_it_goes_to() -> None:
    routing = Routing(a_connector())

    await routing.service.reroute(a_delivery(connector_id="none", transaction=a_transaction("t1")))

    assert routing.publisher.order == ["t1"]
    (skipped,) = [event for event in routing.statuses.events if event.status]
    assert skipped.status is Status.SKIPPED
    assert "'Hook'" in (skipped.message or "")
