from __future__ import annotations

import asyncio
import time

import pytest

from common import topology
from common.contracts.appointment import Action
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.errors import BrokerUnavailableError
from ingest.changes import MAX_MESSAGE_BYTES, read_changes
from ingest.transaction_publisher import TransactionPublisher
from tests.support.builders import a_snapshot, as_body
from tests.support.fake_publisher import FakePublisher


async def test_changes_of_one_request_are_one_message() -> None:
    publisher = FakePublisher()
    changes = read_changes(
        "demo", Action.UPDATE, b"[" + b",".join(as_body(a_snapshot(i)) for i in range(1, 6)) + b"]"
    )

    await TransactionPublisher(publisher, confirm_timeout_s=1).publish(changes)

    assert [len(TRANSACTIONS.validate_json(body)) for body in publisher.published] == [5]


async def test_nothing_is_accepted_while_rabbitmq_is_unavailable() -> None:
    publisher = FakePublisher(is_connected=False)

    with pytest.raises(BrokerUnavailableError):
        await TransactionPublisher(publisher, confirm_timeout_s=1).publish(
            read_changes("demo", Action.UPDATE, as_body(a_snapshot()))
        )

    assert publisher.published == []


class BlockedPublisher(FakePublisher):
    """A RabbitMQ that confirms nothing until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        await self.released.wait()
        await super().publish(exchange, body, message_id=message_id, kind=kind)


def one_change(appointment_id: int = 1) -> list[TransactionReceived]:
    return read_changes("demo", Action.UPDATE, as_body(a_snapshot(appointment_id)))


async def refused(transactions: TransactionPublisher, changes: list[TransactionReceived]) -> float:
    """Return the seconds until these changes were refused."""
    began = time.monotonic()
    with pytest.raises(BrokerUnavailableError):
        await transactions.publish(changes)
    return time.monotonic() - began


async def test_every_request_is_refused_in_time_while_rabbitmq_confirms_nothing() -> None:
    transactions = TransactionPublisher(BlockedPublisher(), confirm_timeout_s=0.2)

    waits = await asyncio.gather(*(refused(transactions, one_change(i)) for i in range(1, 301)))

    assert max(waits) < 1


async def test_requests_are_refused_at_once_while_a_confirmation_is_overdue() -> None:
    transactions = TransactionPublisher(BlockedPublisher(), confirm_timeout_s=0.5)
    await refused(transactions, one_change())
    await asyncio.sleep(0.05)

    assert await refused(transactions, one_change(2)) < 0.1


async def test_changes_are_accepted_again_once_rabbitmq_confirms() -> None:
    publisher = BlockedPublisher()
    transactions = TransactionPublisher(publisher, confirm_timeout_s=0.05)
    await asyncio.gather(*(refused(transactions, one_change(i)) for i in range(1, 201)))

    publisher.released.set()
    await asyncio.sleep(0.05)
    await transactions.publish(one_change(999))

    sent = [t.appointment.appointment_id for b in publisher.published for t in read_back(b)]
    assert sent[-1] == 999
    assert len(sent) <= 64 + 1, "changes that were refused are not published later"


def read_back(body: bytes) -> list[TransactionReceived]:
    return TRANSACTIONS.validate_json(body)


async def test_large_changes_of_one_request_are_separate_messages() -> None:
    publisher = FakePublisher()
    changes = [
        change
        for i in range(1, 9)
        for change in read_changes(
            "demo", Action.UPDATE, as_body(a_snapshot(i, Body="x" * 3_900_000))
        )
    ]

    await TransactionPublisher(publisher, confirm_timeout_s=5).publish(changes)

    assert max(map(len, publisher.published)) < MAX_MESSAGE_BYTES
    assert len(publisher.published) == 8
