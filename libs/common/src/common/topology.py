"""Every exchange, queue and routing key, in one place (design.md, section 3). Nothing here talks to a broker.

A queue's dead-letter exchange is part of the class, so that none can be declared without it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from common.contracts.message import NO_CONNECTOR

EVERYTHING = "#"
"""The routing key that matches every other at a topic exchange."""
DELIVERY_LIMIT = 20
"""Times a quorum queue hands out a message before it parks it: a handler that kills its process must end somewhere."""

MOST_MESSAGES = 5_000
MOST_BYTES = 64 * 1024 * 1024
"""What a queue that drops its oldest messages holds at most."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A durable exchange."""

    name: str
    type: Literal["fanout", "direct", "topic"]


TRANSACTIONS = Exchange("transactions", "fanout")
DELIVERIES = Exchange("deliveries", "direct")
STATUSES = Exchange("statuses", "fanout")
CONNECTORS = Exchange("connectors", "fanout")
CONNECTOR_TESTS = Exchange("connector-tests", "fanout")
CONNECTOR_TEST_RESULTS = Exchange("connector-test-results", "fanout")
OPERATIONS = Exchange("operations", "topic")
TELEMETRY = Exchange("telemetry", "topic")
DEAD_LETTERS = Exchange("dead-letters", "fanout")
EXCHANGES = (TRANSACTIONS, DELIVERIES, STATUSES, CONNECTORS, CONNECTOR_TESTS, CONNECTOR_TEST_RESULTS, OPERATIONS, TELEMETRY, DEAD_LETTERS)

OPERATION_REQUESTED, OPERATION_STEERED = "retry.requested", "retry.steered"
OPERATION_PROGRESSED, DELIVERIES_ARCHIVED = "portal-api.progressed", "portal-api.archived"


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable quorum queue bound to one exchange; what it gives up on goes to the dead letters.

    One that ``drops`` holds a bounded number of messages and forgets the oldest: they would fill the dead letters instead.
    """

    name: str
    exchange: Exchange
    routing_key: str = ""
    parks: bool = True
    drops: bool = False

    @property
    def arguments(self) -> dict[str, str | int]:
        """The arguments it is declared with, the same in every process."""
        arguments: dict[str, str | int] = {"x-queue-type": "quorum"}
        if self.drops:
            return arguments | {"x-max-length": MOST_MESSAGES, "x-max-length-bytes": MOST_BYTES, "x-overflow": "drop-head", "x-delivery-limit": DELIVERY_LIMIT}
        if self.parks:
            arguments |= {"x-dead-letter-exchange": DEAD_LETTERS.name, "x-delivery-limit": DELIVERY_LIMIT}
        return arguments


DISPATCHER_TRANSACTIONS = Queue("dispatcher.transactions", TRANSACTIONS)
DISPATCHER_CONNECTOR_TESTS = Queue("dispatcher.connector-tests", CONNECTOR_TESTS)
PORTAL_API_TRANSACTIONS = Queue("portal-api.transactions", TRANSACTIONS)
PORTAL_API_STATUSES = Queue("portal-api.statuses", STATUSES)
PORTAL_API_TELEMETRY = Queue("portal-api.telemetry", TELEMETRY, routing_key=EVERYTHING, drops=True)
RETRY_OPERATIONS = Queue("retry.operations", OPERATIONS, "retry.*")
PORTAL_API_OPERATIONS = Queue("portal-api.operations", OPERATIONS, "portal-api.*")
DISPATCHER_UNROUTED = Queue("dispatcher.unrouted", DELIVERIES, NO_CONNECTOR)
PARKED = Queue("dead-letters", DEAD_LETTERS, parks=False)
QUEUES = (
    DISPATCHER_TRANSACTIONS,
    DISPATCHER_CONNECTOR_TESTS,
    DISPATCHER_UNROUTED,
    PORTAL_API_TRANSACTIONS,
    PORTAL_API_STATUSES,
    PORTAL_API_OPERATIONS,
    PORTAL_API_TELEMETRY,
    RETRY_OPERATIONS,
    PARKED,
)


def lane(connector_id: str) -> Queue:
    """Return the queue of one connector's deliveries; without a connector, that of what is to be routed again."""
    if connector_id == NO_CONNECTOR:
        return DISPATCHER_UNROUTED
    return Queue(f"dispatcher.deliveries.{connector_id}", DELIVERIES, routing_key=connector_id)
