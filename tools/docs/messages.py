"""The exchanges of all messages and the queues that consume them, as rows of
docs/api/asyncapi.json.
"""

from __future__ import annotations

from typing import NamedTuple

from common import topology
from common.contracts.connector import (
    ConnectorChanged,
    ConnectorTested,
    ConnectorTestRequested,
    LaneChanged,
)
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import DeliveryRequested, StatusChanged
from common.contracts.forget_order import ForgetOrderRequested
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


class Travel(NamedTuple):
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


TRAVELS = (
    Travel(TransactionReceived, topology.TRANSACTIONS, many=True),
    Travel(DeliveryRequested, topology.DELIVERIES, CONNECTOR),
    Travel(StatusChanged, topology.STATUSES, many=True),
    Travel(LaneChanged, topology.STATUSES),
    Travel(ConnectorChanged, topology.CONNECTORS),
    Travel(ConnectorTestRequested, topology.CONNECTOR_TESTS),
    Travel(ConnectorTested, topology.CONNECTOR_TEST_RESULTS),
    Travel(ForgetOrderRequested, topology.APPOINTMENTS),
    Travel(OperationRequested, topology.OPERATIONS, topology.OPERATION_REQUESTED),
    Travel(OperationSteered, topology.OPERATIONS, topology.OPERATION_STEERED),
    Travel(OperationProgressed, topology.OPERATIONS, topology.OPERATION_PROGRESSED),
    Travel(DeliveriesArchived, topology.OPERATIONS, topology.DELIVERIES_ARCHIVED),
    Travel(LogRecorded, topology.TELEMETRY, f"log.{SERVICE}", many=True),
    Travel(Heartbeat, topology.TELEMETRY, f"heartbeat.{SERVICE}"),
    Travel(DeadLetter, topology.DEAD_LETTERS),
)


class Take(NamedTuple):
    """A queue and the service that consumes it.

    RabbitMQ deletes a queue of one replica, which is not `lasting`, a minute after the last use.
    """

    queue: str
    exchange: topology.Exchange
    routing_key: str
    service: str
    lasting: bool = True


OF_ONE_REPLICA = (
    Take(f"dispatcher.connectors.{REPLICA}", topology.CONNECTORS, "", "dispatcher", lasting=False),
    Take(
        f"portal-api.connector-test-results.{REPLICA}",
        topology.CONNECTOR_TEST_RESULTS,
        "",
        "portal-api",
        lasting=False,
    ),
    Take(f"portal-api.live.statuses.{REPLICA}", topology.STATUSES, "", "portal-api", lasting=False),
    Take(
        f"portal-api.live.operations.{REPLICA}",
        topology.OPERATIONS,
        topology.EVERYTHING,
        "portal-api",
        lasting=False,
    ),
    Take(
        f"portal-api.live.heartbeats.{REPLICA}",
        topology.TELEMETRY,
        "heartbeat.#",
        "portal-api",
        lasting=False,
    ),
)
LANE = topology.lane("connector")


def takes() -> tuple[Take, ...]:
    """Return every queue. All lanes are one row."""
    lasting = (
        Take(
            q.name,
            q.exchange,
            q.routing_key,
            "portal-api" if q is topology.DEAD_LETTER_QUEUE else q.name.partition(".")[0],
        )
        for q in topology.QUEUES
    )
    return (
        *lasting,
        Take(LANE.name.replace("connector", CONNECTOR), LANE.exchange, CONNECTOR, "dispatcher"),
        *OF_ONE_REPLICA,
    )


def reaches(travel: Travel, take: Take) -> bool:
    """Whether RabbitMQ routes a message to a queue."""
    if travel.exchange != take.exchange:
        return False
    match travel.exchange.type:
        case "topic":
            wanted = take.routing_key.rstrip("#*").rstrip(".")
            return not wanted or travel.routing_key.partition(".")[0] == wanted
        case _:
            return True
