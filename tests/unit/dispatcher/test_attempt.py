from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.contracts.delivery import Status
from dispatcher import attempt as module
from dispatcher.attempt import attempt, pause_before_next
from dispatcher.back_offices.calls import Receipt
from dispatcher.errors import (
    DeliveryError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    ThrottledError,
)
from dispatcher.lanes.desk import Desk
from dispatcher.lanes.gate import Patience
from dispatcher.lanes.limiter import Limiters
from dispatcher.outcome import Outcome
from tests.support.builders import a_connector

FAULT = ServerFaultError("DSWBHK020", "Status code: 502.", http_status=502)


def a_desk(hold_after: int = 100, **fields: Any) -> Desk:
    return Desk(
        a_connector(**fields),
        "replica",
        Patience(hold_after=hold_after, probe_s=0.01, longest_probe_s=0.02),
        Limiters(),
        lambda _: None,
    )


def answering(
    *answers: DeliveryError | int,
) -> tuple[Callable[[], Awaitable[Receipt]], list[DeliveryError | int]]:
    left = list(answers)

    async def send() -> Receipt:
        answer = left.pop(0)
        if isinstance(answer, DeliveryError):
            raise answer
        return Receipt(answer, None)

    return send, left


async def settled(outcome: Outcome) -> Outcome:
    return outcome


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.0)


async def test_a_transient_fault_is_tried_up_to_three_times() -> None:
    send, left = answering(FAULT, FAULT, FAULT, 200)

    outcome = await attempt(a_desk(), send, settled)

    assert (outcome.status, outcome.tries, outcome.http_status, left) == (
        Status.FAILED,
        3,
        502,
        [200],
    )
    assert outcome.message == "[DSWBHK020] Status code: 502."


async def test_a_try_that_succeeds_ends_the_attempt() -> None:
    send, _ = answering(FAULT, 204)

    outcome = await attempt(a_desk(), send, settled)

    assert (outcome.status, outcome.tries, outcome.http_status) == (Status.SUCCESS, 2, 204)


@pytest.mark.parametrize(
    "error",
    [RefusedError("DSWBHK020", "no", http_status=400), NoAnswerError("DSWBHK010", "silence")],
)
async def test_a_refusal_and_an_unknown_outcome_are_not_tried_again(error: DeliveryError) -> None:
    send, left = answering(error, 200)

    outcome = await attempt(a_desk(), send, settled)

    assert (outcome.tries, left) == (1, [200])
    assert outcome.outcome_unknown is error.outcome_unknown


async def test_a_held_lanes_delivery_waits_for_the_back_office_instead_of_failing() -> None:
    send, left = answering(*[FAULT] * 8, 200)

    outcome = await attempt(a_desk(hold_after=1), send, settled)

    assert (outcome.status, left) == (Status.SUCCESS, [])


def test_pauses_grow_with_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.5)

    first, second = pause_before_next(FAULT, 1), pause_before_next(FAULT, 2)

    assert first is not None
    assert second is not None
    assert 0.25 <= first <= 0.5 <= second <= 1.0
    assert pause_before_next(FAULT, 3) is None


@pytest.mark.parametrize(("asked", "pause"), [(2.0, 2.0), (30.0, 30.0), (31.0, None)])
def test_retry_after_is_obeyed_when_it_is_short(asked: float, pause: float | None) -> None:
    assert (
        pause_before_next(
            ThrottledError("DSWBHK020", "later", http_status=429, retry_after_s=asked), 1
        )
        == pause
    )


async def test_a_call_is_in_flight_until_its_success_is_settled() -> None:
    desk, written, sent = a_desk(limits={"calls_in_flight": 1}), asyncio.Event(), list[int]()

    async def send() -> Receipt:
        sent.append(1)
        return Receipt(200, None)

    async def settle(outcome: Outcome) -> Outcome:
        await written.wait()
        return outcome

    both = asyncio.gather(attempt(desk, send, settle), attempt(desk, send, settle))
    for _ in range(10):
        await asyncio.sleep(0)
    before = len(sent)
    written.set()
    await both

    assert (before, len(sent)) == (1, 2)
