"""Messages from the broker, besides lanes and transactions: connectors that changed, tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faststream import AckPolicy

from common import topology
from common.consuming import exchange, own_queue, parsed_by, prefetch, queue
from common.contracts.connector import ConnectorTestRequested
from common.contracts.delivery import DeliveryRequested

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.connection_test.answer import Tests
    from dispatcher.connector_cache import ConnectorCache
    from dispatcher.route import RoutingService

MESSAGES_AT_ONCE = 16
TESTS_AT_ONCE = 4


def subscribe(
    broker: RabbitBroker, route: RoutingService, cache: ConnectorCache, tests: Tests, replica: str
) -> None:
    """Add this service's subscribers to the broker."""

    @broker.subscriber(
        queue(topology.DISPATCHER_UNROUTED),
        exchange(topology.DELIVERIES),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=parsed_by(DeliveryRequested.model_validate_json),
        no_reply=True,
    )
    async def unrouted(request: DeliveryRequested) -> None:
        await route.reroute(request)

    @broker.subscriber(
        own_queue(f"dispatcher.connectors.{replica}"),
        exchange(topology.CONNECTORS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.ACK,
        decoder=parsed_by(bytes),
        no_reply=True,
    )
    async def connectors(_: bytes) -> None:
        cache.invalidate()

    @broker.subscriber(
        queue(topology.DISPATCHER_CONNECTOR_TESTS),
        exchange(topology.CONNECTOR_TESTS),
        channel=prefetch(TESTS_AT_ONCE),
        ack_policy=AckPolicy.ACK,
        decoder=parsed_by(ConnectorTestRequested.model_validate_json),
        no_reply=True,
    )
    async def connector_tests(request: ConnectorTestRequested) -> None:
        await tests(request)
