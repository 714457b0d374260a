from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from dispatcher.errors import ServerFaultError
from dispatcher.lanes.circuit_breaker import (
    BreakerCause,
    BreakerSettings,
    BreakerState,
    CircuitBreaker,
)
from tests.support.virtual_time import in_virtual_time, now, settle

FAULT = ServerFaultError("DSWBHK020", "Status code: 502.", http_status=502)
SETTINGS = BreakerSettings(
    hold_after=3,
    probe_s=2,
    longest_probe_s=8,
    credential_probe_s=900,
    longest_credential_probe_s=3_000,
)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_breaker(clock: Clock | None = None) -> CircuitBreaker:
    return CircuitBreaker(SETTINGS, lambda: None, clock or Clock())


class Callers:
    """Tasks that wait for the breaker, and the order in which they passed."""

    def __init__(self, breaker: CircuitBreaker, *names: str) -> None:
        self._breaker = breaker
        self.passed: list[str] = []
        self.probing: list[str] = []
        self.tasks = {name: asyncio.create_task(self._enter(name)) for name in names}

    async def _enter(self, name: str) -> None:
        is_probe = await self._breaker.enter()
        (self.probing if is_probe else self.passed).append(name)

    def again(self, name: str) -> None:
        self.tasks[name] = asyncio.create_task(self._enter(name))

    def leave(self) -> None:
        for task in self.tasks.values():
            task.cancel()


def test_the_lane_is_held_after_so_many_consecutive_faults() -> None:
    breaker = a_breaker()

    for _ in range(2):
        breaker.failed(FAULT, is_probe=False)
    held_early = breaker.is_held
    breaker.failed(FAULT, is_probe=False)

    assert (held_early, breaker.is_held) == (False, True)
    assert breaker.reason == "[DSWBHK020] Status code: 502."


def test_a_success_between_faults_begins_the_count_again() -> None:
    breaker = a_breaker()

    for _ in range(5):
        breaker.failed(FAULT, is_probe=False)
        breaker.failed(FAULT, is_probe=False)
        breaker.succeeded()

    assert not breaker.is_held


@in_virtual_time
async def test_a_held_lane_lets_one_probe_pass_and_all_others_when_it_succeeded() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    callers = Callers(breaker, "a", "b", "c")
    await settle()
    before = list(callers.probing)

    breaker.half_open()
    await settle()
    probing = list(callers.probing)
    breaker.succeeded()
    await settle()

    assert (before, probing) == ([], ["a"])
    assert callers.passed == ["b", "c"]


@in_virtual_time
async def test_one_probe_goes_at_a_time() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    breaker.half_open()
    callers = Callers(breaker, "a", "b", "c")

    await settle()

    assert callers.probing == ["a"]
    callers.leave()


@in_virtual_time
async def test_another_delivery_probes_when_the_first_ended_without_an_answer() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    breaker.half_open()
    callers = Callers(breaker, "a", "b")
    await settle()

    breaker.release_probe()
    await settle()

    assert callers.probing == ["a", "b"]


@in_virtual_time
async def test_a_delivery_whose_probe_failed_goes_to_the_end() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    callers = Callers(breaker, "a", "b", "c")
    await settle()

    for name in ("a", "b", "c"):
        breaker.half_open()
        await settle()
        breaker.failed(FAULT, is_probe=True)
        await asyncio.sleep(0)
        callers.again(name)
        await settle()

    assert callers.probing == ["a", "b", "c"]
    callers.leave()


@in_virtual_time
async def test_a_late_failure_of_an_earlier_call_does_not_count_as_the_probes() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    breaker.half_open()
    await breaker.enter()

    breaker.failed(FAULT, is_probe=False)
    callers = Callers(breaker, "b")
    await settle()

    assert breaker.state is BreakerState.HALF_OPEN
    assert callers.probing == []
    callers.leave()


def test_a_late_failure_of_an_earlier_call_makes_the_pause_no_longer() -> None:
    breaker = a_breaker()
    breaker.open("sick")

    breaker.failed(FAULT, is_probe=False)

    assert breaker.probe_in_s == 2


def test_pauses_double_with_each_failed_probe_up_to_the_longest() -> None:
    clock = Clock()
    breaker = a_breaker(clock)
    breaker.open("sick")
    pauses = []

    for _ in range(5):
        pauses.append(breaker.probe_in_s)
        clock.now += breaker.probe_in_s
        breaker.half_open()
        breaker.failed(FAULT, is_probe=True)

    assert pauses == [2, 4, 8, 8, 8]


def test_after_a_success_pauses_begin_with_the_shortest() -> None:
    breaker = a_breaker()
    for _ in range(3):
        breaker.open("sick")

    breaker.succeeded()
    breaker.open("sick again")

    assert breaker.probe_in_s == 2


def test_wrong_credentials_have_pauses_of_their_own() -> None:
    breaker, pauses = a_breaker(), []
    breaker.open("sick")

    for _ in range(3):
        breaker.open("refused", BreakerCause.CREDENTIALS)
        pauses.append(breaker.probe_in_s)

    assert pauses == [900, 1800, 3000]


def test_a_throttled_lane_is_held_for_exactly_the_time_that_was_asked_for() -> None:
    breaker = a_breaker()

    breaker.open("later", BreakerCause.THROTTLED, for_s=61.5)

    assert breaker.probe_in_s == 61.5


@pytest.mark.parametrize("asked_s", [1e12, float("inf")])
def test_a_wait_of_centuries_is_a_wait_of_a_year(asked_s: float) -> None:
    breaker = a_breaker()

    breaker.open("later", BreakerCause.THROTTLED, for_s=asked_s)

    assert breaker.probe_in_s == timedelta(days=365).total_seconds()


def test_a_success_of_an_earlier_call_does_not_end_the_time_that_was_asked_for() -> None:
    breaker = a_breaker()
    breaker.open("later", BreakerCause.THROTTLED, for_s=60)

    breaker.succeeded()

    assert breaker.is_held
    assert breaker.probe_in_s == 60


def test_of_two_throttled_calls_the_longer_wait_counts() -> None:
    breaker = a_breaker()

    breaker.open("later", BreakerCause.THROTTLED, for_s=60)
    breaker.open("later", BreakerCause.THROTTLED, for_s=12)

    assert breaker.probe_in_s == 60


def test_a_throttled_lane_goes_on_when_its_probe_succeeded() -> None:
    breaker = a_breaker()
    breaker.open("later", BreakerCause.THROTTLED, for_s=60)

    breaker.half_open()
    breaker.succeeded()

    assert not breaker.is_held


@in_virtual_time
async def test_a_short_pause_delays_calls_and_holds_nothing() -> None:
    reports: list[bool] = []
    breaker = CircuitBreaker(SETTINGS, lambda: reports.append(True), now)

    breaker.pause(3)
    await breaker.enter()

    assert now() == 3
    assert not breaker.is_held
    assert reports == []


@in_virtual_time
async def test_a_cancelled_delivery_leaves_its_place_to_the_next() -> None:
    breaker = a_breaker()
    breaker.open("sick")
    callers = Callers(breaker, "a", "b", "c")
    await settle()

    callers.tasks["a"].cancel()
    await settle()
    breaker.half_open()
    await settle()

    assert callers.probing == ["b"]
    callers.leave()


def test_another_replica_goes_on_holding_the_lane() -> None:
    one, other = a_breaker(), a_breaker()
    for _ in range(3):
        one.open("refused", BreakerCause.CREDENTIALS)
    stored = one.state_to_store()

    assert stored is not None
    other.restore(stored)

    assert (other.state, other.reason) == (BreakerState.OPEN, "refused")
    assert other.probe_in_s == pytest.approx(one.probe_in_s, abs=1)
    other.half_open()
    other.open("refused", BreakerCause.CREDENTIALS)
    assert other.probe_in_s == 3000


def test_a_lane_that_works_has_nothing_to_hand_over() -> None:
    assert a_breaker().state_to_store() is None


@in_virtual_time
async def test_a_changed_connector_is_tried_at_once() -> None:
    breaker = CircuitBreaker(SETTINGS, lambda: None, now)
    breaker.open("later", BreakerCause.THROTTLED, for_s=3_600)
    breaker.pause(5)
    callers = Callers(breaker, "a")
    await settle()

    breaker.reset()
    await settle()

    assert (callers.passed, now()) == (["a"], 0)
