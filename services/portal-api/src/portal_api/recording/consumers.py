"""Consumers of the messages that portal-api records."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from common import topology
from common.consuming import own_queue, own_subscriber, parsed_by, subscriber, typed_body
from common.contracts.applied import APPLIED_CHANGES, AppliedChanged
from common.contracts.connector import ConnectorTested, LaneChanged
from common.contracts.dead_letter import MAX_BODY_BYTES, DeadLetter, body_fields
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.mapped_request import RequestMapped
from common.contracts.message import digest
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.contracts.telemetry import Heartbeat, LogRecorded
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
    from common.consuming import TypedBody
    from common.read_list import UnreadableItems
    from portal_api.payloads.request_views import DispatcherQuestions
    from portal_api.recording.record import Recorder
    from portal_api.recording.record_telemetry import TelemetryRecorder

RECORDED_QUEUES = (
    topology.PORTAL_API_TRANSACTIONS,
    topology.PORTAL_API_STATUSES,
    topology.PORTAL_API_OPERATIONS,
)
MESSAGE_PREFETCH = 64
TELEMETRY_PREFETCH = 10
MAX_BYTES_IN_PROGRESS = 2 * 1024 * 1024
"""Bytes of messages that are recorded at once. Further messages wait in their order."""


def subscribe(
    broker: RabbitBroker,
    recorder: Recorder,
    questions: DispatcherQuestions,
    replica: str,
    publisher: ConfirmedPublisher,
) -> None:
    """Add the subscribers of messages to record, and of the answers of dispatchers."""
    handler = MessageHandler(recorder, publisher)
    for queue in (*RECORDED_QUEUES, topology.DEAD_LETTER_QUEUE):
        subscriber(broker, queue, _raw_message, MESSAGE_PREFETCH)(
            partial(handler.handle, queue.name)
        )

    @own_subscriber(
        broker,
        topology.CONNECTOR_TEST_RESULTS,
        own_queue(f"portal-api.connector-test-results.{replica}"),
        parsed_by(ConnectorTested.model_validate_json),
        MESSAGE_PREFETCH,
    )
    async def resolve_connection_test(result: ConnectorTested) -> None:
        questions.tests.resolve(result)

    @own_subscriber(
        broker,
        topology.MAPPED_REQUESTS,
        own_queue(f"portal-api.mapped-requests.{replica}"),
        parsed_by(RequestMapped.model_validate_json),
        MESSAGE_PREFETCH,
    )
    async def resolve_request_view(result: RequestMapped) -> None:
        questions.views.resolve(result)


def subscribe_telemetry(broker: RabbitBroker, recorder: TelemetryRecorder) -> None:
    """Add the subscriber of log lines and heartbeats. All replicas share its queue."""

    @subscriber(broker, topology.PORTAL_API_TELEMETRY, typed_body, TELEMETRY_PREFETCH)
    async def record_telemetry(message: TypedBody) -> None:
        if message.type == LogRecorded.__name__:
            await recorder.record_lines(message.message_id, read_lines(message.body))
        elif heartbeat := read_heartbeat(message):
            await recorder.record_heartbeat(heartbeat)


def read_heartbeat(message: TypedBody) -> Heartbeat | None:
    """Return the heartbeat of a message, or None.

    An unreadable heartbeat is neither retried nor dead-lettered, because the next one follows soon.
    """
    if message.type == Heartbeat.__name__:
        with contextlib.suppress(ValidationError):
            return Heartbeat.model_validate_json(message.body)
    return None


async def _raw_message(message: StreamMessage[AbstractIncomingMessage]) -> AbstractIncomingMessage:
    return message.raw_message


class MessageHandler:
    """Parses the messages of the shared queues by their types, and records them."""

    def __init__(self, recorder: Recorder, publisher: ConfirmedPublisher) -> None:
        self._recorder = recorder
        self._publisher = publisher
        self._budget = ByteBudget(MAX_BYTES_IN_PROGRESS)

    async def handle(self, queue_name: str, message: AbstractIncomingMessage) -> None:
        """Record one message of a queue. Raises ValidationError if it is unreadable."""
        async with self._budget.reserve(len(message.body)):
            if queue_name == topology.DEAD_LETTER_QUEUE.name:
                await self._record_dead_letter(message)
            else:
                await self._record(queue_name, message)

    async def _record(self, queue_name: str, message: AbstractIncomingMessage) -> None:
        recorder, body = self._recorder, message.body
        match queue_name, message.type:
            case topology.PORTAL_API_TRANSACTIONS.name, _:
                transactions = read_list(TransactionReceived, TRANSACTIONS, body)
                await recorder.record_transactions(transactions.items)
                await self._dead_letter_unreadable(transactions.unreadable, queue_name, message)
            case _, LaneChanged.__name__:
                await recorder.record_lane(LaneChanged.model_validate_json(body))
            case topology.PORTAL_API_STATUSES.name, AppliedChanged.__name__:
                changes = read_list(AppliedChanged, APPLIED_CHANGES, body)
                await recorder.record_applied(changes.items)
                await self._dead_letter_unreadable(changes.unreadable, queue_name, message)
            case topology.PORTAL_API_STATUSES.name, _:
                statuses = read_list(StatusChanged, STATUSES, body)
                await recorder.record_statuses(statuses.items)
                await self._dead_letter_unreadable(statuses.unreadable, queue_name, message)
            case _, DeliveriesArchived.__name__:
                await recorder.record_operation(DeliveriesArchived.model_validate_json(body))
            case _:
                await recorder.record_operation(OperationProgressed.model_validate_json(body))

    async def _dead_letter_unreadable(
        self, unreadable: UnreadableItems | None, queue_name: str, message: AbstractIncomingMessage
    ) -> None:
        """Dead-letter the unreadable items of a message, without the readable ones."""
        if unreadable is not None:
            await dead_letter(
                self._publisher, message, queue_name, unreadable.error, unreadable.body
            )

    async def _record_dead_letter(self, message: AbstractIncomingMessage) -> None:
        """Record a dead letter, or a message that RabbitMQ dead-lettered itself.

        RabbitMQ counts deliveries also while MongoDB is unavailable, so the second kind of message
        may be readable. It is recorded once as a message of its own queue.
        """
        queue_name, reason = _first_death(message)
        if queue_name in {queue.name for queue in RECORDED_QUEUES} and not message.redelivered:
            with contextlib.suppress(Exception):  # then it is recorded as a dead letter
                return await self._record(queue_name, message)
        return await self._recorder.record_dead_letter(
            _read_dead_letter(message, queue_name, reason)
        )


def _first_death(message: AbstractIncomingMessage) -> tuple[str, str]:
    """Return the queue from which RabbitMQ dead-lettered the message, and RabbitMQ's reason."""
    deaths: Any = message.headers.get("x-death") or [{}]
    return str(deaths[0].get("queue", "unknown")), str(deaths[0].get("reason", "unknown"))


def _read_dead_letter(message: AbstractIncomingMessage, queue_name: str, reason: str) -> DeadLetter:
    """Parse a dead letter, or build one from a message that RabbitMQ dead-lettered itself."""
    with contextlib.suppress(ValidationError):
        parsed = DeadLetter.model_validate_json(message.body)
        if len(parsed.body) <= MAX_BODY_BYTES:
            return parsed
        return DeadLetter.model_validate(parsed.model_dump() | body_fields(parsed.body.encode()))
    return DeadLetter(
        dead_letter_id=digest([queue_name, message.body.hex()]),
        queue=queue_name,
        type=message.type,
        reason=(
            f"RabbitMQ dead-lettered the message ({reason}). Its handler ended repeatedly without "
            "an answer. Look in the log of the service that reads this queue."
        ),
        trace=None,
        at=datetime.now(UTC),
        **body_fields(message.body),
    )


async def stop_consuming(broker: RabbitBroker, within_s: float) -> None:
    """Stop the broker. A connection that is already lost, or does not close in time, is ignored."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError, ExceptionGroup):
        async with asyncio.timeout(within_s):
            await broker.stop()
