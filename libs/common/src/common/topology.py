"""Every exchange, queue and routing key, in one place (design.md, section 3).

Nothing here talks to a broker.

A queue's dead-letter exchange is part of the class, so that none can be declared without it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from common.contracts.message import NO_CONNECTOR

EVERYTHING = "#"
"""The routing key that matches every other at a topic exchange."""
DELIVERY_LIMIT = 20
"""Times a quorum queue hands out a message before it parks it: a handler that kills its process
must end somewhere.
"""
OWN_QUEUE_EXPIRES_MS = 60_000
"""After its last use, RabbitMQ keeps a replica's own queue for so many milliseconds."""
UNLIMITED = 1_000_000_000
"""In place of no limit: every RabbitMQ from 3.10 on takes the same argument."""

MOST_MESSAGE_BYTES = 16 * 1024 * 1024
"""Of a message's body: what RabbitMQ 4 takes by default (its ``max_message_size``)."""
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
APPOINTMENTS = Exchange("appointments", "fanout")
OPERATIONS = Exchange("operations", "topic")
TELEMETRY = Exchange("telemetry", "topic")
DEAD_LETTERS = Exchange("dead-letters", "fanout")
EXCHANGES = (
    TRANSACTIONS,
    DELIVERIES,
    STATUSES,
    CONNECTORS,
    CONNECTOR_TESTS,
    CONNECTOR_TEST_RESULTS,
    APPOINTMENTS,
    OPERATIONS,
    TELEMETRY,
    DEAD_LETTERS,
)

OPERATION_REQUESTED, OPERATION_STEERED = "retry.requested", "retry.steered"
OPERATION_PROGRESSED, DELIVERIES_ARCHIVED = "portal-api.progressed", "portal-api.archived"


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable quorum queue bound to one exchange; what it gives up on goes to the dead letters.

    One that ``drops`` holds a bounded number of messages and forgets the oldest: they would fill
    the dead letters instead. One that ``is_ordered`` has one active consumer and no delivery limit:
    RabbitMQ's count grows with every handover and lost connection, so tries are counted where a
    handler raises. The queue of the dead letters itself does not park, and has no limit: RabbitMQ 4
    would drop a letter at the twentieth delivery.
    """

    name: str
    exchange: Exchange
    routing_key: str = ""
    is_dead_lettered: bool = True
    drops: bool = False
    is_ordered: bool = False

    @property
    def arguments(self) -> dict[str, str | int]:
        """The arguments it is declared with, the same in every process."""
        arguments: dict[str, str | int] = {"x-queue-type": "quorum"}
        if self.drops:
            return arguments | {
                "x-max-length": MOST_MESSAGES,
                "x-max-length-bytes": MOST_BYTES,
                "x-overflow": "drop-head",
                "x-delivery-limit": DELIVERY_LIMIT,
            }
        if self.is_dead_lettered:
            arguments["x-dead-letter-exchange"] = DEAD_LETTERS.name
        is_limited = self.is_dead_lettered and not self.is_ordered
        arguments["x-delivery-limit"] = DELIVERY_LIMIT if is_limited else UNLIMITED
        if self.is_ordered:
            arguments["x-single-active-consumer"] = True
        return arguments


DISPATCHER_TRANSACTIONS = Queue("dispatcher.transactions", TRANSACTIONS, is_ordered=True)
DISPATCHER_CONNECTOR_TESTS = Queue("dispatcher.connector-tests", CONNECTOR_TESTS)
DISPATCHER_APPOINTMENTS = Queue("dispatcher.appointments", APPOINTMENTS)
PORTAL_API_TRANSACTIONS = Queue("portal-api.transactions", TRANSACTIONS)
PORTAL_API_STATUSES = Queue("portal-api.statuses", STATUSES)
PORTAL_API_TELEMETRY = Queue("portal-api.telemetry", TELEMETRY, routing_key=EVERYTHING, drops=True)
RETRY_OPERATIONS = Queue("retry.operations", OPERATIONS, "retry.*")
PORTAL_API_OPERATIONS = Queue("portal-api.operations", OPERATIONS, "portal-api.*")
DISPATCHER_UNROUTED = Queue("dispatcher.unrouted", DELIVERIES, NO_CONNECTOR)
DEAD_LETTER_QUEUE = Queue("dead-letters", DEAD_LETTERS, is_dead_lettered=False)
QUEUES = (
    DISPATCHER_TRANSACTIONS,
    DISPATCHER_CONNECTOR_TESTS,
    DISPATCHER_APPOINTMENTS,
    DISPATCHER_UNROUTED,
    PORTAL_API_TRANSACTIONS,
    PORTAL_API_STATUSES,
    PORTAL_API_OPERATIONS,
    PORTAL_API_TELEMETRY,
    RETRY_OPERATIONS,
    DEAD_LETTER_QUEUE,
)


def lane(connector_id: str, partition: int = 0) -> Queue:
    """Return the queue of one connector's deliveries, or of one partition of them.

    Without a connector it is the queue of deliveries that are routed again.
    """
    if connector_id == NO_CONNECTOR:
        return DISPATCHER_UNROUTED
    name = f"{connector_id}.{partition}" if partition else connector_id
    return Queue(f"dispatcher.deliveries.{name}", DELIVERIES, routing_key=name, is_ordered=True)


def partition_of(appointment_key: str, partitions: int) -> int:
    """Return the partition of an appointment: the same in every process."""
    if partitions == 1:
        return 0
    hashed = hashlib.blake2b(appointment_key.encode(), digest_size=8).digest()
    return int.from_bytes(hashed) % partitions


@dataclass(frozen=True, slots=True)
class ServiceTopology:
    """What one service does at RabbitMQ, from which its permissions there follow
    (deploy/rabbitmq/definitions.json).
    """

    publishes: tuple[Exchange, ...]
    consumes: tuple[Queue, ...] = ()
    subscribes: tuple[Exchange, ...] = ()
    """Through queues of each replica's own, which are gone with it."""
    has_lanes: bool = False

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange it has to do with."""
        return tuple(
            e
            for e in EXCHANGES
            if e
            in {
                *self.publishes,
                *self.subscribes,
                TELEMETRY,
                DEAD_LETTERS,
                *(q.exchange for q in self.queues),
            }
        )

    @property
    def queues(self) -> tuple[Queue, ...]:
        """What must be there before it works: what it consumes, and where what it publishes is to
        wait for its consumer.
        """
        return tuple(
            q
            for q in QUEUES
            if q in self.consumes or q.exchange in {*self.publishes, TELEMETRY, DEAD_LETTERS}
        )

    def queues_for(self, exchange: Exchange, routing_key: str) -> tuple[Queue, ...]:
        """The queues that hold a message of this part until it is consumed."""
        lanes = (lane(routing_key),) if self.has_lanes and exchange == DELIVERIES else ()
        return (*(q for q in self.queues if q.exchange == exchange), *lanes)


INGEST = ServiceTopology(publishes=(TRANSACTIONS,))
DISPATCHER = ServiceTopology(
    publishes=(DELIVERIES, STATUSES, CONNECTOR_TEST_RESULTS),
    consumes=(
        DISPATCHER_TRANSACTIONS,
        DISPATCHER_UNROUTED,
        DISPATCHER_CONNECTOR_TESTS,
        DISPATCHER_APPOINTMENTS,
    ),
    subscribes=(CONNECTORS,),
    has_lanes=True,
)
RETRY = ServiceTopology(
    publishes=(DELIVERIES, STATUSES, OPERATIONS), consumes=(RETRY_OPERATIONS,), has_lanes=True
)
PORTAL_API = ServiceTopology(
    publishes=(CONNECTORS, CONNECTOR_TESTS, APPOINTMENTS, OPERATIONS),
    consumes=(
        PORTAL_API_TRANSACTIONS,
        PORTAL_API_STATUSES,
        PORTAL_API_OPERATIONS,
        PORTAL_API_TELEMETRY,
        DEAD_LETTER_QUEUE,
    ),
    subscribes=(STATUSES, OPERATIONS, TELEMETRY, CONNECTOR_TEST_RESULTS),
)
SERVICES = {"ingest": INGEST, "dispatcher": DISPATCHER, "retry": RETRY, "portal-api": PORTAL_API}
"""Besides, each service publishes telemetry and dead letters, and sends itself messages."""
