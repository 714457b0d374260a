"""A back office whose statuses leave the outcome unknown costs few deliveries."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from common.contracts.delivery import Status
from dispatcher.attempt import AttemptResult
from dispatcher.errors import ForbiddenError, GatewayFaultError, GoneError
from tests.support.builders import a_delivery, a_transaction
from tests.support.fake_lane import FakeClient, FakeLane, a_lane
from tests.support.virtual_time import in_virtual_time

BUSY = GatewayFaultError("DSWBHK020", "Status code: 503.", http_status=503)
GONE = GoneError("DSWBHK020", "Status code: 410.", http_status=410)
FORBIDDEN = ForbiddenError("DSBC001", "Status code: 403.", http_status=403)
ONE_CALL = {"calls_in_flight": 1}
NIGHT_S = 10 * 3600


def delivering(lane: FakeLane, count: int) -> list[asyncio.Task[AttemptResult]]:
    """Deliveries of different appointments."""
    return [
        asyncio.create_task(
            lane.deliver(a_delivery(transaction=a_transaction(f"t{number}", key=f"demo/{number}")))
        )
        for number in range(count)
    ]


def unknown(tasks: list[asyncio.Task[AttemptResult]]) -> int:
    """The number of deliveries that ended with an unknown outcome."""
    ended = [task.result().outcome for task in tasks if task.done()]
    assert all(outcome.outcome_unknown is (outcome.status is Status.FAILED) for outcome in ended)
    return sum(outcome.outcome_unknown for outcome in ended)


async def drop(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@in_virtual_time
async def test_a_back_office_that_answers_503_to_every_call_holds_the_lane_after_one() -> None:
    client = FakeClient(*[BUSY] * 100)
    client.probes = [BUSY] * 100
    lane = a_lane(client, limits=ONE_CALL)
    tasks = delivering(lane, 20)

    await asyncio.sleep(10)
    held, lost = lane.is_held, unknown(tasks)
    client.answers.clear()
    client.probes.clear()
    await asyncio.gather(*tasks)

    assert (held, lost, unknown(tasks)) == (True, 1, 1)


@in_virtual_time
async def test_no_more_calls_than_in_flight_are_unknown_when_the_outage_begins() -> None:
    client = FakeClient(*[BUSY] * 100)
    client.probes = [BUSY] * 100
    lane = a_lane(client, limits={"calls_in_flight": 4})
    tasks = delivering(lane, 40)

    await asyncio.sleep(5)

    assert unknown(tasks) <= 4
    await drop(tasks)


@pytest.mark.parametrize("does_test_pass", [True, False])
@in_virtual_time
async def test_a_night_of_503_costs_few_deliveries(*, does_test_pass: bool) -> None:
    client = FakeClient(*[BUSY] * 1000)
    client.probes = [] if does_test_pass else [BUSY] * 1000
    lane = a_lane(client)
    tasks = delivering(lane, 200)

    await asyncio.sleep(NIGHT_S)

    assert unknown(tasks) <= (60 if does_test_pass else 20)
    await drop(tasks)


@in_virtual_time
async def test_a_single_503_holds_nothing_where_the_connection_test_passes() -> None:
    lane = a_lane(FakeClient(BUSY), limits=ONE_CALL)

    tasks = delivering(lane, 5)
    await asyncio.gather(*tasks)

    assert (unknown(tasks), lane.changes, lane.is_held) == (1, [], False)


@in_virtual_time
async def test_a_lane_whose_connection_test_never_passes_recovers_after_a_short_outage() -> None:
    client = FakeClient(BUSY)
    client.probes = [BUSY] * 1000
    lane = a_lane(client, limits=ONE_CALL)
    tasks = delivering(lane, 5)

    async with asyncio.timeout(60):
        await asyncio.gather(*tasks)

    assert unknown(tasks) == 1


@in_virtual_time
async def test_a_refused_connection_test_keeps_no_lane_held_after_a_night_of_503() -> None:
    client = FakeClient(*[BUSY] * 1000)
    client.probes = [BUSY] * 1000
    lane = a_lane(client, limits=ONE_CALL)
    tasks = delivering(lane, 30)
    await asyncio.sleep(NIGHT_S)

    client.answers.clear()
    client.probes = [FORBIDDEN] * 1000
    async with asyncio.timeout(300):
        await asyncio.gather(*tasks)

    assert unknown(tasks) < 30


@in_virtual_time
async def test_a_connector_whose_uri_is_gone_is_held_at_once_and_loses_no_delivery() -> None:
    client = FakeClient(*[GONE] * 100)
    client.probes = [GONE] * 100
    lane = a_lane(client, limits=ONE_CALL)
    tasks = delivering(lane, 5)
    await asyncio.sleep(1)

    held, sent, reason = lane.is_held, len(client.sent), lane.state.breaker.reason
    client.answers.clear()
    client.probes.clear()
    await asyncio.gather(*tasks)

    assert (held, sent, reason) == (True, 1, str(GONE))
    assert unknown(tasks) == 0
