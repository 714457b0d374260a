"""Messages from the broker, besides lanes and transactions: connectors that changed, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common import topology
from common.consuming import own_queue, own_subscriber, parsed_by, subscriber
from common.contracts.connector import ConnectorTestRequested
from common.contracts.delivery import DeliveryRequested

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.connection_test.service import ConnectionTestService
    from dispatcher.connector_cache import ConnectorCache
    from dispatcher.route import RoutingService

PREFETCH = 16
TEST_PREFETCH = 4


def subscribe(
    broker: RabbitBroker,
    route: RoutingService,
    cache: ConnectorCache,
    tests: ConnectionTestService,
    replica: str,
) -> None:
    """Add this service's subscribers to the broker."""

    @subscriber(
        broker,
        topology.DISPATCHER_UNROUTED,
        parsed_by(DeliveryRequested.model_validate_json),
        PREFETCH,
    )
    async def unrouted(request: DeliveryRequested) -> None:
        await route.reroute(request)

    @own_subscriber(
        broker,
        topology.CONNECTORS,
        own_queue(f"dispatcher.connectors.{replica}"),
        parsed_by(bytes),
        PREFETCH,
    )
    async def connectors(_: bytes) -> None:
        cache.invalidate()

    @subscriber(
        broker,
        topology.DISPATCHER_CONNECTOR_TESTS,
        parsed_by(ConnectorTestRequested.model_validate_json),
        TEST_PREFETCH,
    )
    async def connector_tests(request: ConnectorTestRequested) -> None:
        await tests(request)
