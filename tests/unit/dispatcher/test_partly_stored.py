"""An appointment whose record was stored is never sent from the beginning."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from common.contracts.delivery import Status
from common.contracts.receipt import Receipt
from dispatcher.back_offices.calls import Confirmation, HttpCall, PreparedDelivery
from dispatcher.errors import (
    DeliveryError,
    GatewayFaultError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
    UnreachableError,
)
from tests.support.fake_lane import FakeClient, a_lane, changed
from tests.support.virtual_time import in_virtual_time

RECEIPT = Receipt(entry_no="7")
FOLLOW_UP: Any = PreparedDelivery(
    HttpCall("POST", "http://bc/resources"), stored=Confirmation(201, None, RECEIPT)
)


def after_the_record(error: DeliveryError) -> DeliveryError:
    """The fault of a follow-up, after the record was stored."""
    error.remaining = FOLLOW_UP
    return error


def locked() -> DeliveryError:
    return after_the_record(ServerFaultError("DSBC009", "A record is locked.", http_status=500))


@in_virtual_time
async def test_only_the_follow_up_that_failed_is_sent_again() -> None:
    client = FakeClient(locked(), locked())

    outcome = (await a_lane(client).deliver()).outcome

    assert outcome.status is Status.SUCCESS
    assert client.sent[1:] == [FOLLOW_UP, FOLLOW_UP]


@in_virtual_time
async def test_the_follow_up_is_sent_although_a_newer_version_waits() -> None:
    client = FakeClient(locked(), locked())
    lane = a_lane(client, newest_only=True)
    lane.ledger.has_newer = True

    outcome = (await lane.deliver()).outcome

    assert outcome.status is Status.SUCCESS


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        (ServerFaultError("DSBC009", "A record is locked.", http_status=500), 3),
        (RefusedError("DSUNK001", "No such resource.", http_status=400), 1),
        (GatewayFaultError("DSBC003", "Status code: 503.", http_status=503), 1),
    ],
)
@in_virtual_time
async def test_an_appointment_that_stays_incomplete_is_unknown_and_says_so(
    error: DeliveryError, calls: int
) -> None:
    client = FakeClient(*[after_the_record(error)] * calls)

    outcome = (await a_lane(client).deliver()).outcome

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert (outcome.retryable, outcome.counts_as_delivered) == (False, True)
    assert "not all of its resources were" in (outcome.message or "")
    assert len(client.sent) == calls
    assert outcome.receipt == RECEIPT


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError("DSBC005", "It cannot be reached."),
        ThrottledError("DSBC009", "Status code: 429.", http_status=429, retry_after_s=3600),
    ],
)
@in_virtual_time
async def test_the_follow_up_waits_on_a_held_lane(error: DeliveryError) -> None:
    client = FakeClient(*[after_the_record(error)] * 4)

    outcome = (await a_lane(client).deliver()).outcome

    assert outcome.status is Status.SUCCESS
    assert [sent for sent in client.sent[1:] if sent != FOLLOW_UP] == []


@in_virtual_time
async def test_a_delivery_that_is_given_back_while_its_follow_up_waits_is_unknown() -> None:
    lane = a_lane(FakeClient(locked()))
    task = asyncio.create_task(lane.deliver())
    await asyncio.sleep(0.1)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    [(_, outcome)] = lane.ledger.settled
    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)


@in_virtual_time
async def test_the_follow_up_is_not_sent_to_a_connector_that_was_changed_since() -> None:
    client = FakeClient(locked())
    lane = a_lane(client)
    task = asyncio.create_task(lane.deliver())
    await asyncio.sleep(0.1)

    lane.state.change(changed(lane.state.connector, enabled=False))
    outcome = (await task).outcome

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert len(client.sent) == 1
