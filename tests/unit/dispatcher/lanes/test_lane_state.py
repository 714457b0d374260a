from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.contracts.delivery import Status
from dispatcher.errors import (
    ForbiddenError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
    UnreachableError,
)
from dispatcher.lanes.credential import Credential
from dispatcher.lanes.limiter import Limiter
from tests.support.builders import a_delivery, a_transaction
from tests.support.fake_lane import FAILED, FakeClient, FakeLane, a_lane, a_message, changed
from tests.support.virtual_time import in_virtual_time, now, settle

UNREACHABLE = UnreachableError("DSWBHK010", "It cannot be reached.")
UNAUTHORISED = UnauthorisedError("DSWBHK020", "Status code: 401.", http_status=401)
FORBIDDEN = ForbiddenError("DSWBHK020", "Status code: 403.", http_status=403)
REFUSED = RefusedError("DSWBHK020", "Status code: 400.", http_status=400)
FAULT = ServerFaultError("DSWBHK020", "Status code: 503.", http_status=503)
HANGS = NoAnswerError("DSWBHK010", "No answer within 60 s.")
LOGIN = {"type": "Windows", "login": "CRONUS\\DIME"}


def throttled(after_s: float | None) -> ThrottledError:
    return ThrottledError("DSWBHK020", "Status code: 429.", http_status=429, retry_after_s=after_s)


def answering_after(seconds: float, answer: object = None) -> Callable[[], Awaitable[object]]:
    async def wait() -> object:
        await asyncio.sleep(seconds)
        return answer

    return wait


def delivering(lane: FakeLane, count: int = 1) -> list[asyncio.Task[Any]]:
    """Deliveries of different appointments."""
    return [
        asyncio.create_task(
            lane.deliver(a_delivery(transaction=a_transaction(f"t{number}", key=f"demo/{number}")))
        )
        for number in range(count)
    ]


async def drop(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@in_virtual_time
async def test_a_delivery_waits_on_a_held_lane_while_its_back_office_is_unreachable() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    client.probes = [UNREACHABLE] * 5
    lane = a_lane(client)
    tasks = delivering(lane)

    await asyncio.sleep(20)
    held, sent = lane.is_held, len(client.sent)
    result = await tasks[0]

    assert (held, sent) == (True, 3)
    assert result.outcome.status is Status.SUCCESS
    assert len(client.probed_at) == 6


@in_virtual_time
async def test_no_delivery_fails_in_an_outage_of_hours_and_none_is_called_with() -> None:
    client = FakeClient(*[UNREACHABLE] * 12)
    client.probes = [UNREACHABLE] * 200
    lane = a_lane(client)
    tasks = delivering(lane, 4)

    await asyncio.sleep(3 * 3600)
    sent_in_outage = len(client.sent)
    client.probes.clear()
    results = await asyncio.gather(*tasks)

    assert sent_in_outage <= 12
    assert {result.outcome.status for result in results} == {Status.SUCCESS}


@in_virtual_time
async def test_probes_are_connection_tests_and_a_delivery_goes_after_one_that_passed() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    client.probes = [UNREACHABLE, UNREACHABLE]
    lane = a_lane(client, probe_s=2, longest_probe_s=60)
    tasks = delivering(lane)

    await asyncio.gather(*tasks)

    first, *pauses = client.probed_at
    assert [at - first for at in pauses] == pytest.approx([4, 12])
    assert client.sent_at[3] == client.probed_at[-1]


@in_virtual_time
async def test_a_wrong_credential_is_tried_once_and_holds_the_lane_at_once() -> None:
    client = FakeClient(*[UNAUTHORISED] * 50)
    client.probes = [UNAUTHORISED] * 50
    lane = a_lane(client, Credential(now), authentication=LOGIN)
    tasks = delivering(lane, 8)

    await asyncio.sleep(899)
    early = client.tried_at
    await asyncio.sleep(2)

    assert early == [0]
    assert client.tried_at == [0, 900]
    assert lane.is_held
    await drop(tasks)


@in_virtual_time
async def test_lanes_that_share_a_wrong_credential_try_it_once_together() -> None:
    credential = Credential(now)
    clients = [FakeClient(*[UNAUTHORISED] * 50) for _ in range(3)]
    lanes = [a_lane(one, credential, authentication=LOGIN) for one in clients]
    for client in clients:
        client.probes = [UNAUTHORISED] * 50
    tasks = [task for lane in lanes for task in delivering(lane, 4)]

    await asyncio.sleep(899)
    tried = sum(len(client.tried_at) for client in clients)
    await asyncio.sleep(1800)

    assert tried == 1
    assert sum(len(client.tried_at) for client in clients) == 2
    assert all(lane.is_held for lane in lanes)
    await drop(tasks)


@in_virtual_time
async def test_a_lane_that_was_let_in_goes_on_while_another_tries_a_refused_login() -> None:
    credential = Credential(now)
    sick, healthy = FakeClient(*[UNAUTHORISED] * 9), FakeClient()
    sick.probes = [UNAUTHORISED] * 9
    refused = a_lane(sick, credential, authentication=LOGIN)
    works = a_lane(healthy, credential, authentication=LOGIN)
    await works.deliver()
    tasks = delivering(refused)
    await settle()

    await asyncio.wait_for(asyncio.gather(*delivering(works, 5)), 1)

    assert refused.is_held
    assert not works.is_held
    await drop(tasks)


@in_virtual_time
async def test_a_lane_goes_on_by_itself_when_its_credential_is_accepted_again() -> None:
    client = FakeClient(UNAUTHORISED)
    client.probes = [UNAUTHORISED]
    lane = a_lane(client, Credential(now), authentication=LOGIN)

    results = await asyncio.gather(*delivering(lane, 3))

    assert {result.outcome.status for result in results} == {Status.SUCCESS}
    assert client.probed_at == [900, 900 + 1800]
    assert not lane.is_held


@in_virtual_time
async def test_a_new_password_is_tried_at_once() -> None:
    client = FakeClient(UNAUTHORISED)
    lane = a_lane(client, Credential(now), authentication=LOGIN)
    tasks = delivering(lane, 3)
    await settle()

    lane.state.change(changed(lane.state.connector))
    results = await asyncio.gather(*tasks)

    assert now() == 0
    assert {result.outcome.status for result in results} == {Status.SUCCESS}


@in_virtual_time
async def test_a_late_refusal_of_the_old_password_does_not_hold_the_lane_with_the_new_one() -> None:
    client = FakeClient(answering_after(5, UNAUTHORISED))
    lane = a_lane(client, Credential(now), authentication=LOGIN)
    tasks = delivering(lane)
    await asyncio.sleep(1)

    lane.state.change(changed(lane.state.connector))
    await asyncio.wait_for(asyncio.gather(*tasks), 10)

    assert not lane.is_held


@in_virtual_time
async def test_a_login_changed_during_a_call_stops_neither_the_old_nor_the_new_one() -> None:
    old, new = Credential(now), Credential(now)
    client = FakeClient(answering_after(5))
    lane = a_lane(client, old, authentication=LOGIN)
    neighbour = a_lane(FakeClient(), old, authentication=LOGIN)
    tasks = delivering(lane)
    await settle()

    lane.state.change(changed(lane.state.connector))
    lane.state.share(lane.state.membership, lane.state.limiter, new)
    await asyncio.gather(*tasks)

    await asyncio.wait_for(neighbour.deliver(), 1)
    await asyncio.wait_for(lane.deliver(), 1)


@in_virtual_time
async def test_a_hanging_company_delays_a_healthy_one_with_the_same_login_by_seconds() -> None:
    credential, limiter = Credential(now), Limiter(5, 0)
    limiter.change(5, 0, 2)
    hanging = a_lane(
        FakeClient(*[answering_after(60, HANGS)] * 50), credential, authentication=LOGIN
    )
    works = a_lane(FakeClient(), credential, authentication=LOGIN, connector_id="c2")
    for lane in (hanging, works):
        lane.state.share(lane.state.membership, limiter, credential)
    tasks = delivering(hanging, 20)
    await settle()

    await asyncio.gather(*delivering(works, 20))

    assert now() <= 10
    await drop(tasks)


@in_virtual_time
async def test_a_probe_and_a_call_with_the_last_slot_do_not_wait_for_each_other() -> None:
    credential, limiter = Credential(now), Limiter(1, 0)
    limiter.change(1, 0, 2)
    sick = a_lane(FakeClient(*[UNREACHABLE] * 3), credential, authentication=LOGIN)
    works = a_lane(FakeClient(answering_after(1)), credential, authentication=LOGIN)
    for lane in (sick, works):
        lane.state.share(lane.state.membership, limiter, credential)
    tasks = delivering(sick)
    await asyncio.sleep(2.5)
    await limiter.acquire("another")
    tasks += delivering(works)
    await settle()

    sick.state.prober.test_once()
    await settle()
    limiter.release("another")

    await asyncio.wait_for(asyncio.gather(*tasks), 120)


@in_virtual_time
async def test_ten_forbidden_appointments_hold_nothing_while_the_connection_test_passes() -> None:
    client = FakeClient(*[FORBIDDEN] * 40)
    lane = a_lane(client)

    results = await asyncio.gather(*delivering(lane, 50))

    statuses = [result.outcome.status for result in results]
    assert (statuses.count(Status.FAILED), statuses.count(Status.SUCCESS)) == (40, 10)
    assert not lane.is_held
    assert now() < 5


@in_virtual_time
async def test_ten_forbidden_appointments_hold_the_lane_when_the_connection_test_fails() -> None:
    client = FakeClient(*[FORBIDDEN] * 10)
    client.probes = [FAILED]
    lane = a_lane(client)

    await asyncio.gather(*delivering(lane, 10))
    await settle()

    assert lane.is_held
    assert lane.state.breaker.reason == "[DSCFG004] It does not answer."


@in_virtual_time
async def test_a_success_between_them_begins_the_count_of_forbidden_ones_again() -> None:
    client = FakeClient(*([FORBIDDEN] * 9 + [None]) * 3)
    client.probes = [FAILED]
    lane = a_lane(client)

    for _ in range(30):
        await lane.deliver()
    await settle()

    assert client.probed_at == []


@in_virtual_time
async def test_forbidden_appointments_do_not_keep_a_held_lane_held() -> None:
    client = FakeClient(*[UNREACHABLE] * 3, *[FORBIDDEN] * 15)
    client.probes = [UNREACHABLE]
    lane = a_lane(client)
    first = delivering(lane)
    await asyncio.sleep(3)

    results = await asyncio.wait_for(asyncio.gather(*first, *delivering(lane, 30)), 60)

    assert [result.outcome.status for result in results].count(Status.FAILED) == 15
    assert not lane.is_held


@in_virtual_time
async def test_a_refused_appointment_shows_that_the_back_office_works() -> None:
    client = FakeClient(*[FAULT, FAULT, REFUSED] * 5)
    lane = a_lane(client, hold_after=3)

    results = [await lane.deliver() for _ in range(5)]

    assert {result.outcome.status for result in results} == {Status.FAILED}
    assert not lane.is_held


@pytest.mark.parametrize("asked_s", [10, 61, 120, 7200])
@in_virtual_time
async def test_no_call_is_made_before_the_wait_that_was_asked_for_is_over(asked_s: float) -> None:
    client = FakeClient(throttled(asked_s))
    lane = a_lane(client)

    results = await asyncio.gather(*delivering(lane, 1))

    assert client.tried_at == [0, asked_s, asked_s]
    assert results[0].outcome.status is Status.SUCCESS


@in_virtual_time
async def test_calls_under_way_do_not_end_the_wait_that_was_asked_for() -> None:
    client = FakeClient(throttled(60), answering_after(2), answering_after(3, REFUSED))
    lane = a_lane(client)
    tasks = delivering(lane, 5)
    await asyncio.gather(tasks[1], tasks[2])
    tasks += delivering(lane, 3)

    await asyncio.gather(*tasks)

    assert not [at for at in client.tried_at if 0 < at < 60]


@in_virtual_time
async def test_a_short_wait_is_obeyed_and_not_reported_as_held() -> None:
    client = FakeClient(throttled(9))
    lane = a_lane(client)

    result = await lane.deliver()

    assert result.outcome.status is Status.SUCCESS
    assert client.sent_at == [0, 9]
    assert lane.changes == []


@in_virtual_time
async def test_throttling_fails_no_delivery_however_often_it_comes() -> None:
    client = FakeClient(*[throttled(30)] * 20)
    client.probes = [throttled(30)] * 20
    lane = a_lane(client)

    results = await asyncio.gather(*delivering(lane, 3))

    assert {result.outcome.status for result in results} == {Status.SUCCESS}


@in_virtual_time
async def test_a_lane_without_deliveries_is_not_reported_as_held() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    client.probes = [UNREACHABLE] * 99
    lane = a_lane(client)
    tasks = delivering(lane)
    await asyncio.sleep(10)

    lane.state.report(in_hand=1)
    lane.state.report(in_hand=0)
    standing = lane.state.standing(0, 0)

    assert lane.is_held
    assert [change.held_since is not None for change in lane.changes] == [True, False]
    assert (standing.held_since, standing.held_until, standing.reason) == (None, None, None)
    await drop(tasks)


@in_virtual_time
async def test_a_held_lane_is_reported_with_its_reason_and_then_as_working() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    lane = a_lane(client)
    tasks = delivering(lane)
    await asyncio.sleep(1.9)

    lane.state.report(in_hand=1)
    await asyncio.gather(*tasks)
    lane.state.report(in_hand=1)

    assert [change.reason for change in lane.changes] == [str(UNREACHABLE), None]
    assert [change.held_until is not None for change in lane.changes] == [True, False]


@in_virtual_time
async def test_a_disabled_connector_is_not_called_when_the_wait_is_over() -> None:
    client = FakeClient(*[UNREACHABLE] * 9)
    client.probes = [UNREACHABLE] * 99
    lane = a_lane(client)
    tasks = delivering(lane, 3)
    await asyncio.sleep(20)
    sent = len(client.sent)

    lane.state.change(changed(lane.state.connector, enabled=False))
    results = await asyncio.gather(*tasks)

    assert len(client.sent) == sent
    assert {result.outcome.status for result in results} == {Status.MBOC_PUBLISH_DISABLED}


@in_virtual_time
async def test_no_call_begins_without_the_lease() -> None:
    client = FakeClient()
    lane = a_lane(client)
    lane.state.leased_until = 0
    tasks = delivering(lane)

    await asyncio.sleep(60)

    assert client.sent == []
    await drop(tasks)


@in_virtual_time
async def test_a_probing_delivery_whose_lease_ended_while_it_waited_is_not_sent() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    lane = a_lane(client)
    limiter = Limiter(1, 0)
    tasks = delivering(lane)
    await asyncio.sleep(1.9)
    lane.state.breaker.half_open()
    lane.state.share(lane.state.membership, limiter, None)
    await limiter.acquire("another")
    await settle()

    lane.state.leased_until = 0
    limiter.release("another")
    await asyncio.sleep(5)

    assert len(client.sent) == 3
    await drop(tasks)


@in_virtual_time
async def test_the_next_replica_goes_on_holding_the_lane() -> None:
    client, other = FakeClient(*[UNAUTHORISED]), FakeClient()
    lane, next_lane = a_lane(client), a_lane(other)
    tasks = delivering(lane)
    await settle()

    stored = lane.state.breaker_to_store()
    assert stored is not None
    next_lane.state.restore_breaker(stored)
    tasks += delivering(next_lane)
    await asyncio.sleep(800)

    assert next_lane.is_held
    assert other.tried_at == []
    await drop(tasks)


@in_virtual_time
async def test_the_next_replica_tries_a_connector_that_was_changed_since() -> None:
    client = FakeClient(UNAUTHORISED)
    lane, next_lane = a_lane(client), a_lane(FakeClient(), version=2)
    tasks = delivering(lane)
    await settle()

    stored = lane.state.breaker_to_store()
    assert stored is not None
    next_lane.state.restore_breaker(stored)

    assert not next_lane.is_held
    await drop(tasks)


@in_virtual_time
async def test_a_lane_given_up_and_taken_again_is_probed_again() -> None:
    client = FakeClient(*[UNREACHABLE] * 3)
    client.probes = [UNREACHABLE]
    lane = a_lane(client)
    tasks = delivering(lane)
    await asyncio.sleep(2)
    stored = lane.state.breaker_to_store()
    assert stored is not None

    lane.state.suspend()
    lane.state.restore_breaker(stored)
    lane.state.leased_until = float("inf")

    results = await asyncio.wait_for(asyncio.gather(*tasks), 60)
    assert results[0].outcome.status is Status.SUCCESS


@in_virtual_time
async def test_a_waiting_delivery_may_be_dropped_and_one_being_sent_may_not() -> None:
    client = FakeClient(answering_after(5))
    lane = a_lane(client, limits={"calls_in_flight": 1})
    first, second = a_message(), a_message()
    tasks = [
        asyncio.create_task(lane.deliver(a_delivery(connector_id=name), message))
        for name, message in (("c1", first), ("c2", second))
    ]

    await asyncio.sleep(1)

    assert (first.must_finish, second.must_finish) == (True, False)
    await asyncio.gather(*tasks)
