"""What arrives from the broker."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from common import topology
from common.consuming import own_queue, own_subscriber, parsed_by, subscriber
from common.contracts.connector import ConnectorTested, LaneChanged
from common.contracts.dead_letter import MOST_BODY_BYTES, DeadLetter, body_fields
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.message import digest
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.contracts.telemetry import Heartbeat
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.dead_lettering import dead_letter
from common.read_list import read_list
from portal_api.logs.line import read_lines
from portal_api.recording.byte_budget import ByteBudget

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage
    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitBroker

    from common.broker import ConfirmedPublisher
    from common.contracts.telemetry import LogRecorded
    from common.read_list import UnreadableItems
    from portal_api.connectors.connection_tests import ConnectionTests
    from portal_api.recording.record import Recorder
    from portal_api.recording.record_telemetry import TelemetryRecorder

    Lines = tuple[str, list[LogRecorded], int]

MESSAGES_AT_ONCE = 64
TELEMETRY_AT_ONCE = 10
BYTES_AT_ONCE = 2 * 1024 * 1024
"""Of messages that are read and recorded at once; more wait as they came."""


def subscribe(
    broker: RabbitBroker,
    record: Recorder,
    tests: ConnectionTests,
    replica: str,
    publisher: ConfirmedPublisher,
) -> None:
    """Add this service's subscribers to the broker."""
    recorder = MessageHandler(record, publisher)
    for source in (*RECORDED, topology.DEAD_LETTER_QUEUE):
        _subscribe(broker, source, recorder)

    @own_subscriber(
        broker,
        topology.CONNECTOR_TEST_RESULTS,
        own_queue(f"portal-api.connector-test-results.{replica}"),
        parsed_by(ConnectorTested.model_validate_json),
        MESSAGES_AT_ONCE,
    )
    async def connector_test_results(tested: ConnectorTested) -> None:
        tests.finished(tested)


def subscribe_telemetry(broker: RabbitBroker, recorder: TelemetryRecorder) -> None:
    """Add the subscriber that records; the replicas share its queue."""

    @subscriber(broker, topology.PORTAL_API_TELEMETRY, read_telemetry, TELEMETRY_AT_ONCE)
    async def telemetry(told: Heartbeat | Lines | None) -> None:
        if isinstance(told, Heartbeat):
            await recorder.heartbeat(told)
        elif told is not None:
            await recorder.lines(*told)


async def stop_consuming(broker: RabbitBroker, within_s: float) -> None:
    """Stop the broker. A connection that is already lost, or does not close in time, is ignored."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
        async with asyncio.timeout(within_s):
            await broker.stop()


async def read_telemetry(message: StreamMessage[Any]) -> Heartbeat | Lines | None:
    """Read a heartbeat or lines; what cannot be read is worth neither a second try nor an error."""
    match getattr(message.raw_message, "type", None):
        case "LogRecorded":
            return message.message_id, *read_lines(message.body)
        case "Heartbeat":
            with contextlib.suppress(ValidationError):
                return Heartbeat.model_validate_json(message.body)
    return None


def _subscribe(broker: RabbitBroker, source: topology.Queue, recorder: MessageHandler) -> None:
    @subscriber(broker, source, _raw, MESSAGES_AT_ONCE)
    async def record(message: AbstractIncomingMessage) -> None:
        await recorder(source.name, message)


async def _raw(message: StreamMessage[AbstractIncomingMessage]) -> AbstractIncomingMessage:
    return message.raw_message


class MessageHandler:
    """Reads the messages of the durable queues by their types, and records them."""

    def __init__(self, record: Recorder, publisher: ConfirmedPublisher) -> None:
        self._record = record
        self._publisher = publisher
        self._budget = ByteBudget(BYTES_AT_ONCE)

    async def __call__(self, queue_name: str, message: AbstractIncomingMessage) -> None:
        """Record one message of this queue; raises ValidationError where nothing can be read."""
        async with self._budget.of(len(message.body)):
            if queue_name == topology.DEAD_LETTER_QUEUE.name:
                await self._dead_letter(message)
            else:
                await self._message(queue_name, message)

    async def _message(self, queue_name: str, message: AbstractIncomingMessage) -> None:
        record, body = self._record, message.body
        match queue_name, message.type:
            case topology.PORTAL_API_TRANSACTIONS.name, _:
                transactions = read_list(TransactionReceived, TRANSACTIONS, body)
                await record.transactions(transactions.items)
                await self._dead_letter_unreadable(transactions.unreadable, queue_name, message)
            case _, LaneChanged.__name__:
                await record.lane(LaneChanged.model_validate_json(body))
            case topology.PORTAL_API_STATUSES.name, _:
                statuses = read_list(StatusChanged, STATUSES, body)
                await record.statuses(statuses.items)
                await self._dead_letter_unreadable(statuses.unreadable, queue_name, message)
            case _, DeliveriesArchived.__name__:
                await record.operation(DeliveriesArchived.model_validate_json(body))
            case _:
                await record.operation(OperationProgressed.model_validate_json(body))

    async def _dead_letter_unreadable(
        self, unreadable: UnreadableItems | None, queue_name: str, message: AbstractIncomingMessage
    ) -> None:
        """Dead-letter the items that cannot be read, without their neighbours."""
        if unreadable is not None:
            await dead_letter(
                self._publisher, message, queue_name, unreadable.error, unreadable.body
            )

    async def _dead_letter(self, message: AbstractIncomingMessage) -> None:
        """Record a dead letter, or a message that RabbitMQ gave up on.

        RabbitMQ counts the deliveries while MongoDB is away, too: such a message is recorded as if
        it had just come, once.
        """
        place, cause = _given_up(message)
        if place in {source.name for source in RECORDED} and not message.redelivered:
            with contextlib.suppress(Exception):  # then it is shown as a dead letter
                return await self._message(place, message)
        return await self._record.dead_letter(_letter(message, place, cause))


RECORDED = (
    topology.PORTAL_API_TRANSACTIONS,
    topology.PORTAL_API_STATUSES,
    topology.PORTAL_API_OPERATIONS,
)


def _given_up(message: AbstractIncomingMessage) -> tuple[str, str]:
    """Return the queue from which RabbitMQ dead-lettered the message, and why."""
    deaths: Any = message.headers.get("x-death") or [{}]
    return str(deaths[0].get("queue", "unknown")), str(deaths[0].get("reason", "unknown"))


def _letter(message: AbstractIncomingMessage, place: str, cause: str) -> DeadLetter:
    """Read a letter, or make one of a message that RabbitMQ gave up on."""
    with contextlib.suppress(ValidationError):
        read = DeadLetter.model_validate_json(message.body)
        if len(read.body) <= MOST_BODY_BYTES:
            return read
        return DeadLetter.model_validate(read.model_dump() | body_fields(read.body.encode()))
    return DeadLetter(
        dead_letter_id=digest([place, message.body.hex()]),
        queue=place,
        type=message.type,
        reason=(
            f"RabbitMQ gave up on the message ({cause}): its handler ended without an answer "
            "again and again"
        ),
        trace=None,
        at=datetime.now(UTC),
        **body_fields(message.body),
    )
