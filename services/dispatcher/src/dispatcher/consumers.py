"""Consumers of the broker. Lanes and transactions have consumers of their own."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

from common import topology
from common.consuming import own_queue, own_subscriber, parsed_by, subscriber
from common.contracts.connector import ConnectorTestRequested
from common.contracts.delivery import DeliveryRequested
from common.contracts.forget_order import ForgetOrderRequested
from common.contracts.mapped_request import MappedRequestRequested
from dispatcher.forget_order import forget_order

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.connection_test.service import ConnectionTestService
    from dispatcher.connector_cache import ConnectorCache
    from dispatcher.ledger.ledger import Ledger
    from dispatcher.request_mapping.service import RequestMappingService
    from dispatcher.route import RoutingService

REROUTE_PREFETCH = 16
CONNECTOR_PREFETCH = 16
TEST_PREFETCH = 4
MAPPING_PREFETCH = 2
FORGET_ORDER_PREFETCH = 4


def subscribe(
    broker: RabbitBroker,
    routing: RoutingService,
    connectors: ConnectorCache,
    ledger: Ledger,
    replica: str,
) -> None:
    """Add the subscribers of deliveries, appointments and connectors to the broker."""
    for queue, message, handle, prefetch in (
        (topology.DISPATCHER_UNROUTED, DeliveryRequested, routing.reroute, REROUTE_PREFETCH),
        (
            topology.DISPATCHER_APPOINTMENTS,
            ForgetOrderRequested,
            partial(forget_order, ledger),
            FORGET_ORDER_PREFETCH,
        ),
    ):
        subscriber(broker, queue, parsed_by(message.model_validate_json), prefetch)(handle)

    @own_subscriber(
        broker,
        topology.CONNECTORS,
        own_queue(f"dispatcher.connectors.{replica}"),
        parsed_by(bytes),
        CONNECTOR_PREFETCH,
    )
    async def connector_changed(_: bytes) -> None:
        # The message means only that all connectors must be read again, so its body is not parsed.
        connectors.refresh_soon()


def subscribe_views(
    broker: RabbitBroker, tests: ConnectionTestService, mappings: RequestMappingService
) -> None:
    """Add the subscribers of requests whose answers a person waits for."""
    parse_test = parsed_by(ConnectorTestRequested.model_validate_json)
    parse_mapping = parsed_by(MappedRequestRequested.model_validate_json)
    tested, mapped = topology.DISPATCHER_CONNECTOR_TESTS, topology.DISPATCHER_REQUEST_MAPPINGS
    subscriber(broker, tested, parse_test, TEST_PREFETCH)(tests.run)
    subscriber(broker, mapped, parse_mapping, MAPPING_PREFETCH)(mappings.run)


async def stop_consuming(broker: RabbitBroker, within_s: float) -> None:
    """Stop the subscribers within a limit, because without RabbitMQ they wait to reconnect."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
        async with asyncio.timeout(within_s):
            await broker.stop()
