from __future__ import annotations

import asyncio

import pytest

from dispatcher.errors import HandBackError, RefusedError, ServerFaultError
from dispatcher.lanes.gate import Gate, Patience

FAULT = ServerFaultError("DSWBHK020", "Status code: 502.", http_status=502)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def a_gate(clock: Clock, hold_after: int = 3, in_hand_s: float = 600) -> Gate:
    return Gate(
        Patience(hold_after=hold_after, probe_s=2, longest_probe_s=8, in_hand_s=in_hand_s),
        lambda _: None,
        clock,
    )


def test_the_lane_is_held_after_so_many_consecutive_faults() -> None:
    gate = a_gate(Clock())

    for _ in range(2):
        gate.failed(FAULT)
    held_early = gate.is_held
    gate.failed(FAULT)

    assert (held_early, gate.is_held) == (False, True)


def test_a_success_between_them_begins_the_count_anew() -> None:
    gate = a_gate(Clock())

    for _ in range(5):
        gate.failed(FAULT)
        gate.failed(FAULT)
        gate.succeeded()

    assert not gate.is_held


def test_a_refused_appointment_shows_that_the_back_office_is_well() -> None:
    gate = a_gate(Clock())

    gate.failed(FAULT)
    gate.failed(FAULT)
    gate.failed(RefusedError("DSWBHK020", "Status code: 400.", http_status=400))
    gate.failed(FAULT)

    assert not gate.is_held


async def test_a_held_lane_lets_one_probe_through_and_opens_when_it_succeeds() -> None:
    clock = Clock()
    gate = a_gate(clock, hold_after=1)
    gate.failed(FAULT)
    entering = [asyncio.create_task(gate.enter()) for _ in range(3)]

    await asyncio.sleep(0.05)
    waiting = [task.done() for task in entering]
    clock.now += 2
    await asyncio.wait(entering, return_when=asyncio.FIRST_COMPLETED)
    probing = sum(task.done() for task in entering)
    gate.succeeded()
    await asyncio.wait_for(asyncio.gather(*entering), 5)

    assert waiting == [False, False, False]
    assert probing == 1


async def test_a_failed_probe_waits_twice_as_long_up_to_the_longest() -> None:
    clock = Clock()
    gate = a_gate(clock, hold_after=1)
    gate.failed(FAULT)
    pauses = []

    for _ in range(4):
        pauses.append(gate.probe_in_s)
        clock.now += gate.probe_in_s
        await gate.enter()
        gate.failed(FAULT)

    assert pauses == [2, 4, 8, 8]


async def test_a_message_held_for_long_goes_back_to_its_queue() -> None:
    clock = Clock()
    gate = a_gate(clock, hold_after=1, in_hand_s=1)
    gate.failed(FAULT)
    waiting = asyncio.create_task(gate.enter())
    await asyncio.sleep(0)

    clock.now += 1.5

    with pytest.raises(HandBackError):
        await asyncio.wait_for(waiting, 5)


async def test_no_call_begins_while_the_process_stops() -> None:
    gate = a_gate(Clock())

    gate.is_closing = True

    with pytest.raises(HandBackError):
        await gate.enter()
