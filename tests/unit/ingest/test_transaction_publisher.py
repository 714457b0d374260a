from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from common import topology
from common.contracts.appointment import Action
from common.contracts.transaction import TRANSACTIONS, TransactionReceived
from common.errors import BrokerUnavailableError
from ingest.errors import InvalidFieldError, TooLargeError
from ingest.transaction_publisher import LARGEST_MESSAGE, Accept, read_change, read_changes
from tests.support.builders import a_snapshot, as_body


class FakePublisher:
    def __init__(self, *, is_connected: bool = True) -> None:
        self.is_connected = is_connected
        self.published: list[bytes] = []

    async def publish(
        self, exchange: topology.Exchange, body: bytes, *, message_id: str, kind: str
    ) -> None:
        assert exchange is topology.TRANSACTIONS
        assert message_id
        assert kind == "TransactionReceived"
        self.published.append(body)


def test_the_same_body_gives_the_same_transaction_id() -> None:
    text = as_body(a_snapshot()).decode()

    assert (
        read_change("demo", Action.UPDATE, text).transaction_id
        == read_change("demo", Action.UPDATE, text).transaction_id
    )


def test_another_action_source_or_body_gives_another_transaction_id() -> None:
    text, other = as_body(a_snapshot()).decode(), as_body(a_snapshot(Subject="moved")).decode()
    ids = {
        read_change("demo", Action.UPDATE, text).transaction_id,
        read_change("demo", Action.DELETE, text).transaction_id,
        read_change("test", Action.UPDATE, text).transaction_id,
        read_change("demo", Action.UPDATE, other).transaction_id,
    }

    assert len(ids) == 4


def test_the_body_travels_as_it_came() -> None:
    text = (
        '{"Id": 1, "Qty": 2.50, "LastModifiedDate": "2026-07-21T14:03:09", "FutureField": '
        '{"Unknown": [1]}}'
    )

    assert read_change("demo", Action.CREATE, text).body == text


def test_one_bad_appointment_refuses_the_whole_array_and_names_its_place() -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_changes("demo", Action.UPDATE, b"[" + as_body(a_snapshot()) + b',{"Id": 2}]')

    assert refused.value.errors[0]["field"] == "1.LastModifiedDate"


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-05:00"])
def test_a_date_outside_the_calendar_is_named_with_its_place_in_the_array(date: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_changes(
            "demo",
            Action.UPDATE,
            b"[" + as_body(a_snapshot()) + b"," + as_body(a_snapshot(modified=date)) + b"]",
        )

    assert refused.value.errors[0]["field"] == "1.LastModifiedDate"


def test_changes_of_one_array_have_one_arrival_and_a_place_each() -> None:
    body = b"[" + b",".join(as_body(a_snapshot()) for _ in range(3)) + b"]"

    changes = read_changes("demo", Action.UPDATE, body)

    assert [change.place for change in changes] == [0, 1, 2]
    assert len({change.received_at for change in changes}) == 1


def test_a_change_is_read_in_the_time_zone_of_its_source() -> None:
    body = as_body(a_snapshot(modified="2026-01-21T14:03:09"))

    (change,) = read_changes("demo", Action.UPDATE, body, zone=ZoneInfo("Europe/Brussels"))

    assert change.appointment.modified_at == datetime(2026, 1, 21, 13, 3, 9, tzinfo=UTC)


async def test_changes_that_come_together_travel_together() -> None:
    publisher = FakePublisher()
    changes = read_changes(
        "demo", Action.UPDATE, b"[" + b",".join(as_body(a_snapshot(i)) for i in range(1, 6)) + b"]"
    )

    await Accept(publisher, confirm_timeout_s=1)(changes)

    assert [len(TRANSACTIONS.validate_json(body)) for body in publisher.published] == [5]


async def test_nothing_is_accepted_while_the_broker_is_away() -> None:
    publisher = FakePublisher(is_connected=False)

    with pytest.raises(BrokerUnavailableError):
        await Accept(publisher, confirm_timeout_s=1)(
            read_changes("demo", Action.UPDATE, as_body(a_snapshot()))
        )

    assert publisher.published == []


class BlockedPublisher(FakePublisher):
    """A broker that takes a message and confirms nothing until it is released."""

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


async def refused(accept: Accept, changes: list[TransactionReceived]) -> float:
    """Return after how many seconds these changes were refused."""
    began = time.monotonic()
    with pytest.raises(BrokerUnavailableError):
        await accept(changes)
    return time.monotonic() - began


async def test_every_request_is_refused_in_time_while_the_broker_confirms_nothing() -> None:
    accept = Accept(BlockedPublisher(), confirm_timeout_s=0.2)

    waits = await asyncio.gather(*(refused(accept, one_change(i)) for i in range(1, 301)))

    assert max(waits) < 1


async def test_requests_are_refused_at_once_while_a_confirmation_is_overdue() -> None:
    accept = Accept(BlockedPublisher(), confirm_timeout_s=0.5)
    await refused(accept, one_change())
    await asyncio.sleep(0.05)

    assert await refused(accept, one_change(2)) < 0.1


async def test_it_accepts_again_once_the_broker_confirms() -> None:
    publisher = BlockedPublisher()
    accept = Accept(publisher, confirm_timeout_s=0.05)
    await asyncio.gather(*(refused(accept, one_change(i)) for i in range(1, 201)))

    publisher.released.set()
    await asyncio.sleep(0.05)
    await accept(one_change(999))

    sent = [t.appointment.appointment_id for b in publisher.published for t in read_back(b)]
    assert sent[-1] == 999
    assert len(sent) <= 64 + 1, "changes that were refused are not published later"


def read_back(body: bytes) -> list[TransactionReceived]:
    return TRANSACTIONS.validate_json(body)


async def test_large_changes_that_come_together_do_not_become_one_message() -> None:
    publisher = FakePublisher()
    changes = [
        change
        for i in range(1, 9)
        for change in read_changes(
            "demo", Action.UPDATE, as_body(a_snapshot(i, Body="x" * 3_900_000))
        )
    ]

    await Accept(publisher, confirm_timeout_s=5)(changes)

    assert max(map(len, publisher.published)) < LARGEST_MESSAGE
    assert len(publisher.published) == 8


def test_a_change_that_no_message_can_hold_is_refused_before_anything_is_published() -> None:
    with pytest.raises(TooLargeError, match=str(LARGEST_MESSAGE)):
        read_changes("demo", Action.UPDATE, as_body(a_snapshot(1, Body='"' * 4_200_000)))
