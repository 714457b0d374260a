"""What arrives from the broker, beside the lanes: transactions to route, and word that a
connector changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from faststream import AckPolicy
from faststream.rabbit import RabbitQueue

from common import topology
from common.consuming import exchange, parsed_by, prefetch, queue
from common.contracts.connector import ConnectorTestRequested
from common.contracts.delivery import DeliveryRequested
from common.contracts.transaction import TRANSACTIONS, TransactionReceived

if TYPE_CHECKING:
    from faststream.rabbit import RabbitBroker

    from dispatcher.connection_test.answer import Tests
    from dispatcher.connectors import Directory
    from dispatcher.route import Route

MESSAGES_AT_ONCE = 16
TESTS_AT_ONCE = 4


def subscribe(
    broker: RabbitBroker, route: Route, directory: Directory, tests: Tests, replica: str
) -> None:
    """Add this service's subscribers to the broker."""

    @broker.subscriber(
        queue(topology.DISPATCHER_TRANSACTIONS),
        exchange(topology.TRANSACTIONS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=parsed_by(TRANSACTIONS.validate_json),
        no_reply=True,
    )
    async def transactions(received: list[TransactionReceived]) -> None:
        await route(received)

    @broker.subscriber(
        queue(topology.DISPATCHER_UNROUTED),
        exchange(topology.DELIVERIES),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=parsed_by(DeliveryRequested.model_validate_json),
        no_reply=True,
    )
    async def unrouted(request: DeliveryRequested) -> None:
        await route.again(request)

    @broker.subscriber(
        RabbitQueue(
            f"dispatcher.connectors.{replica}", exclusive=True, auto_delete=True, durable=False
        ),
        exchange(topology.CONNECTORS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.ACK,
        decoder=parsed_by(bytes),
        no_reply=True,
    )
    async def connectors(_: bytes) -> None:
        directory.ask_again()

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
