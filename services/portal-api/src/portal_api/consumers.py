"""What arrives from the broker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from faststream import AckPolicy
from pydantic import ValidationError

from common import topology
from common.consuming import exchange, own_queue, parsed_by, prefetch, queue
from common.contracts.connector import ConnectorTested, LaneChanged
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import STATUSES, StatusChanged
from common.contracts.message import digest
from common.contracts.operation import DeliveriesArchived, OperationProgressed
from common.contracts.transaction import TRANSACTIONS, TransactionReceived

if TYPE_CHECKING:
    from faststream.message import StreamMessage
    from faststream.rabbit import RabbitBroker

    from portal_api.connectors.testing import ConnectionTests
    from portal_api.record import Record

MESSAGES_AT_ONCE = 100


def subscribe(broker: RabbitBroker, record: Record, tests: ConnectionTests, replica: str) -> None:
    """Add this service's subscribers to the broker."""

    @broker.subscriber(
        queue(topology.PORTAL_API_TRANSACTIONS),
        exchange(topology.TRANSACTIONS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_transactions,
        no_reply=True,
    )
    async def transactions(received: list[TransactionReceived]) -> None:
        await record.transactions(received)

    @broker.subscriber(
        queue(topology.PORTAL_API_STATUSES),
        exchange(topology.STATUSES),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_told,
        no_reply=True,
    )
    async def statuses(told: list[StatusChanged] | LaneChanged) -> None:
        if isinstance(told, LaneChanged):
            await record.lane(told)
        else:
            await record.statuses(told)

    @broker.subscriber(
        queue(topology.PORTAL_API_OPERATIONS),
        exchange(topology.OPERATIONS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_of_operation,
        no_reply=True,
    )
    async def operations(told: OperationProgressed | DeliveriesArchived) -> None:
        await record.operation(told)

    @broker.subscriber(
        queue(topology.PARKED),
        exchange(topology.DEAD_LETTERS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_letter,
        no_reply=True,
    )
    async def dead_letters(letter: DeadLetter) -> None:
        await record.dead_letter(letter)

    @broker.subscriber(
        own_queue(f"portal-api.connector-test-results.{replica}"),
        exchange(topology.CONNECTOR_TEST_RESULTS),
        channel=prefetch(MESSAGES_AT_ONCE),
        ack_policy=AckPolicy.ACK,
        decoder=parsed_by(ConnectorTested.model_validate_json),
        no_reply=True,
    )
    async def connector_test_results(tested: ConnectorTested) -> None:
        tests.finished(tested)


async def _transactions(message: StreamMessage[object]) -> list[TransactionReceived]:
    return TRANSACTIONS.validate_json(message.body)


async def _told(message: StreamMessage[object]) -> list[StatusChanged] | LaneChanged:
    if getattr(message.raw_message, "type", None) == LaneChanged.__name__:
        return LaneChanged.model_validate_json(message.body)
    return STATUSES.validate_json(message.body)


async def _of_operation(message: StreamMessage[object]) -> OperationProgressed | DeliveriesArchived:
    if getattr(message.raw_message, "type", None) == DeliveriesArchived.__name__:
        return DeliveriesArchived.model_validate_json(message.body)
    return OperationProgressed.model_validate_json(message.body)


async def _letter(message: StreamMessage[object]) -> DeadLetter:
    """Read a letter, or make one of whatever the broker itself gave up on."""
    try:
        return DeadLetter.model_validate_json(message.body)
    except ValidationError:
        deaths = message.headers.get("x-death") or [{}]
        place, cause = (
            str(deaths[0].get("queue", "unknown")),
            str(deaths[0].get("reason", "unknown")),
        )
    return DeadLetter(
        dead_letter_id=digest([place, message.body.hex()]),
        queue=place,
        type=getattr(message.raw_message, "type", None),
        reason=(
            f"RabbitMQ gave up on the message ({cause}): its handler ended without an answer "
            "again and again"
        ),
        trace=None,
        body=message.body.decode(errors="replace"),
        at=datetime.now(UTC),
    )
