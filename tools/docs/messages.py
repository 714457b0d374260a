"""The exchanges of all messages and the queues that consume them, as rows of
docs/api/asyncapi.json.
"""

from __future__ import annotations

from typing import NamedTuple

from common import topology
from common.contracts.applied import AppliedChanged
from common.contracts.connector import (
    ConnectorChanged,
    ConnectorTested,
    ConnectorTestRequested,
    LaneChanged,
)
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import DeliveryRequested, StatusChanged
from common.contracts.forget_order import ForgetOrderRequested
from common.contracts.mapped_request import MappedRequestRequested, RequestMapped
from common.contracts.message import Message
from common.contracts.operation import (
    DeliveriesArchived,
    OperationProgressed,
    OperationRequested,
    OperationSteered,
)
from common.contracts.telemetry import Heartbeat, LogRecorded
from common.contracts.transaction import TransactionReceived

EVERY_SERVICE = ("ingest", "dispatcher", "retry", "portal-api")
CONNECTOR, REPLICA, SERVICE = "{connectorId}", "{replica}", "{service}"
"""The variable parts of names."""


class PublishedMessage(NamedTuple):
    """A message on its exchange. `many` marks a message that is a JSON array."""

    message: type[Message]
    exchange: topology.Exchange
    routing_key: str = ""
    many: bool = False

    @property
    def senders(self) -> tuple[str, ...]:
        """The services that the message's docstring names as senders."""
        said = (self.message.__doc__ or "").partition(" -> ")[0]
        return EVERY_SERVICE if said == "every service" else tuple(said.split(", "))


MESSAGES = (
    PublishedMessage(TransactionReceived, topology.TRANSACTIONS, many=True),
    PublishedMessage(DeliveryRequested, topology.DELIVERIES, CONNECTOR),
    PublishedMessage(StatusChanged, topology.STATUSES, many=True),
    PublishedMessage(LaneChanged, topology.STATUSES),
    PublishedMessage(AppliedChanged, topology.STATUSES, many=True),
    PublishedMessage(ConnectorChanged, topology.CONNECTORS),
    PublishedMessage(ConnectorTestRequested, topology.CONNECTOR_TESTS),
    PublishedMessage(ConnectorTested, topology.CONNECTOR_TEST_RESULTS),
    PublishedMessage(MappedRequestRequested, topology.REQUEST_MAPPINGS),
    PublishedMessage(RequestMapped, topology.MAPPED_REQUESTS),
    PublishedMessage(ForgetOrderRequested, topology.APPOINTMENTS),
    PublishedMessage(OperationRequested, topology.OPERATIONS, topology.OPERATION_REQUESTED),
    PublishedMessage(OperationSteered, topology.OPERATIONS, topology.OPERATION_STEERED),
    PublishedMessage(OperationProgressed, topology.OPERATIONS, topology.OPERATION_PROGRESSED),
    PublishedMessage(DeliveriesArchived, topology.OPERATIONS, topology.DELIVERIES_ARCHIVED),
    PublishedMessage(LogRecorded, topology.TELEMETRY, f"log.{SERVICE}", many=True),
    PublishedMessage(Heartbeat, topology.TELEMETRY, f"heartbeat.{SERVICE}"),
    PublishedMessage(DeadLetter, topology.DEAD_LETTERS),
)


class ConsumedQueue(NamedTuple):
    """A queue and its consuming service.

    RabbitMQ deletes the queues of one replica, which are not permanent, a minute after the last
    use.
    """

    queue: str
    exchange: topology.Exchange
    routing_key: str
    service: str
    is_permanent: bool = True


OF_ONE_REPLICA = (
    ConsumedQueue(
        f"dispatcher.connectors.{REPLICA}",
        topology.CONNECTORS,
        "",
        "dispatcher",
        is_permanent=False,
    ),
    ConsumedQueue(
        f"portal-api.connector-test-results.{REPLICA}",
        topology.CONNECTOR_TEST_RESULTS,
        "",
        "portal-api",
        is_permanent=False,
    ),
    ConsumedQueue(
        f"portal-api.mapped-requests.{REPLICA}",
        topology.MAPPED_REQUESTS,
        "",
        "portal-api",
        is_permanent=False,
    ),
    ConsumedQueue(
        f"portal-api.live.statuses.{REPLICA}",
        topology.STATUSES,
        "",
        "portal-api",
        is_permanent=False,
    ),
    ConsumedQueue(
        f"portal-api.live.operations.{REPLICA}",
        topology.OPERATIONS,
        topology.EVERYTHING,
        "portal-api",
        is_permanent=False,
    ),
    ConsumedQueue(
        f"portal-api.live.heartbeats.{REPLICA}",
        topology.TELEMETRY,
        "heartbeat.#",
        "portal-api",
        is_permanent=False,
    ),
)
LANE = topology.lane("connector")


def consumed_queues() -> tuple[ConsumedQueue, ...]:
    """Return every queue. All lanes are one row."""
    permanent = (
        ConsumedQueue(
            q.name,
            q.exchange,
            q.routing_key,
            "portal-api" if q is topology.DEAD_LETTER_QUEUE else q.name.partition(".")[0],
        )
        for q in topology.QUEUES
    )
    return (
        *permanent,
        ConsumedQueue(
            LANE.name.replace("connector", CONNECTOR), LANE.exchange, CONNECTOR, "dispatcher"
        ),
        *OF_ONE_REPLICA,
    )


def is_routed_to(published: PublishedMessage, consumed: ConsumedQueue) -> bool:
    """Whether RabbitMQ routes a message to a queue."""
    if published.exchange != consumed.exchange:
        return False
    match published.exchange.type:
        case "topic":
            wanted = consumed.routing_key.rstrip("#*").rstrip(".")
            return not wanted or published.routing_key.partition(".")[0] == wanted
        case _:
            return True
