"""Every exchange, queue and routing key, in one place (design.md, section 3).

This module only describes the topology, and never connects.

The dead-letter exchange of a queue is part of the class, so that no queue can be declared without
it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from common.contracts.message import NO_CONNECTOR

EVERYTHING = "#"
"""The routing key that matches every key at a topic exchange."""
DELIVERY_LIMIT = 20
"""The number of times that a quorum queue delivers a message before it dead-letters it, so that a
handler that kills its process does not repeat forever.
"""
OWN_QUEUE_EXPIRES_MS = 60_000
"""The milliseconds for which RabbitMQ holds a replica's own queue after its last use."""
UNLIMITED = 1_000_000_000
"""The argument for no delivery limit, which every RabbitMQ from 3.10 on accepts."""

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""The largest message body that RabbitMQ 4 accepts by default (``max_message_size``)."""
MAX_MESSAGES = 5_000
MAX_BYTES = 64 * 1024 * 1024
"""The most bytes in a queue that drops its oldest messages."""


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
REQUEST_MAPPINGS = Exchange("request-mappings", "fanout")
MAPPED_REQUESTS = Exchange("mapped-requests", "fanout")
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
    REQUEST_MAPPINGS,
    MAPPED_REQUESTS,
    APPOINTMENTS,
    OPERATIONS,
    TELEMETRY,
    DEAD_LETTERS,
)

OPERATION_REQUESTED, OPERATION_STEERED = "retry.requested", "retry.steered"
OPERATION_PROGRESSED, DELIVERIES_ARCHIVED = "portal-api.progressed", "portal-api.archived"


@dataclass(frozen=True, slots=True)
class Queue:
    """A durable quorum queue bound to one exchange. Messages that cannot be handled go to the dead
    letters.

    A queue that ``drops`` holds a bounded number of messages and drops the oldest, because they
    would fill the dead letters. A queue that ``is_ordered`` has one active consumer and no delivery
    limit: RabbitMQ's count grows with every handover and lost connection, so the handler counts the
    tries. The dead-letter queue itself dead-letters nothing and has no limit, because RabbitMQ 4
    would drop a dead letter at the twentieth delivery.
    """

    name: str
    exchange: Exchange
    routing_key: str = ""
    is_dead_lettered: bool = True
    drops: bool = False
    is_ordered: bool = False

    @property
    def arguments(self) -> dict[str, str | int]:
        """The arguments of the declaration, the same in every process."""
        arguments: dict[str, str | int] = {"x-queue-type": "quorum"}
        if self.drops:
            return arguments | {
                "x-max-length": MAX_MESSAGES,
                "x-max-length-bytes": MAX_BYTES,
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
DISPATCHER_REQUEST_MAPPINGS = Queue("dispatcher.request-mappings", REQUEST_MAPPINGS)
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
    DISPATCHER_REQUEST_MAPPINGS,
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
    """Return the queue of a connector's deliveries, or of one partition of them.

    Without a connector it is the queue of deliveries that are routed again.
    """
    if connector_id == NO_CONNECTOR:
        return DISPATCHER_UNROUTED
    name = f"{connector_id}.{partition}" if partition else connector_id
    return Queue(f"dispatcher.deliveries.{name}", DELIVERIES, routing_key=name, is_ordered=True)


def partition_of(appointment_key: str, partitions: int) -> int:
    """Return the partition of an appointment, the same in every process."""
    if partitions == 1:
        return 0
    hashed = hashlib.blake2b(appointment_key.encode(), digest_size=8).digest()
    return int.from_bytes(hashed) % partitions


@dataclass(frozen=True, slots=True)
class ServiceTopology:
    """The exchanges and queues of one service, from which its permissions at RabbitMQ follow
    (deploy/rabbitmq/definitions.json).

    The names of the queues that a service declares begin with its own name.
    """

    name: str
    publishes: tuple[Exchange, ...]
    consumes: tuple[Queue, ...] = ()
    subscribes: tuple[Exchange, ...] = ()
    """Exchanges that each replica subscribes to with queues of its own, which expire with the
    replica.
    """
    has_lanes: bool = False
    """Whether the service publishes to the lanes of the connectors."""

    @property
    def prefix(self) -> str:
        """The beginning of the names of the service's own exchange and queues."""
        return f"{self.name}."

    @property
    def loopback(self) -> Exchange:
        """The exchange through which each process of the service sends messages to itself."""
        return Exchange(f"{self.prefix}loopback", "direct")

    @property
    def writes(self) -> tuple[Exchange, ...]:
        """The exchanges to which the service publishes. One that consumes nothing has no dead
        letters.
        """
        dead_letters = (DEAD_LETTERS,) if self.consumes else ()
        return (*self.publishes, TELEMETRY, *dead_letters)

    @property
    def reads(self) -> tuple[Exchange, ...]:
        """The exchanges from which messages come into the service's queues."""
        read = {*self.subscribes, *(queue.exchange for queue in self.consumes)}
        return tuple(e for e in EXCHANGES if e in read)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange that the service uses."""
        return tuple(e for e in EXCHANGES if e in {*self.writes, *self.reads})

    def owns(self, queue: Queue) -> bool:
        """Whether the service declares this queue."""
        return queue.name.startswith(self.prefix)

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that must exist before the service works: those it consumes, and those that
        hold its published messages.
        """
        return tuple(q for q in QUEUES if q in self.consumes or q.exchange in self.writes)

    def queues_for(self, exchange: Exchange, routing_key: str) -> tuple[Queue, ...]:
        """Return the queues that hold a message of this service until it is consumed."""
        lanes = (lane(routing_key),) if self.has_lanes and exchange == DELIVERIES else ()
        return (*(q for q in self.queues if q.exchange == exchange), *lanes)


INGEST = ServiceTopology("ingest", publishes=(TRANSACTIONS,))
DISPATCHER = ServiceTopology(
    "dispatcher",
    publishes=(DELIVERIES, STATUSES, CONNECTOR_TEST_RESULTS, MAPPED_REQUESTS),
    consumes=(
        DISPATCHER_TRANSACTIONS,
        DISPATCHER_UNROUTED,
        DISPATCHER_CONNECTOR_TESTS,
        DISPATCHER_REQUEST_MAPPINGS,
        DISPATCHER_APPOINTMENTS,
    ),
    subscribes=(CONNECTORS,),
    has_lanes=True,
)
RETRY = ServiceTopology(
    "retry",
    publishes=(DELIVERIES, STATUSES, OPERATIONS),
    consumes=(RETRY_OPERATIONS,),
    has_lanes=True,
)
PORTAL_API = ServiceTopology(
    "portal-api",
    publishes=(CONNECTORS, CONNECTOR_TESTS, REQUEST_MAPPINGS, APPOINTMENTS, OPERATIONS),
    consumes=(
        PORTAL_API_TRANSACTIONS,
        PORTAL_API_STATUSES,
        PORTAL_API_OPERATIONS,
        PORTAL_API_TELEMETRY,
        DEAD_LETTER_QUEUE,
    ),
    subscribes=(STATUSES, OPERATIONS, TELEMETRY, CONNECTOR_TEST_RESULTS, MAPPED_REQUESTS),
)
SERVICES = {service.name: service for service in (INGEST, DISPATCHER, RETRY, PORTAL_API)}
