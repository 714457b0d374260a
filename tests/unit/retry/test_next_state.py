"""What an operation does next, as a value: no clock, no sleeping."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.contracts.operation import OperationCommand, OperationState
from retry.model.operation import Operation, Tally
from retry.operations.next_state import headroom, judge
from tests.support.builders import A_MOMENT

RUNNING, PAUSED, STOPPED = OperationState.RUNNING, OperationState.PAUSED, OperationState.STOPPED


def an_operation(**fields: Any) -> Operation:
    given = {
        "operation_id": "0" * 32,
        "kind": "retry",
        "asked_by": "anna",
        "asked_at": A_MOMENT,
        "planned": 100,
        "per_second": 50.0,
        "ramp": False,
        "stop_at_failure_share": None,
        "state": "running",
        "total": 100,
    }
    return Operation(**(given | fields))


def steered(word: OperationCommand, **fields: Any) -> Operation:
    return an_operation(
        steer=word, steered_by="bert", steered_at=A_MOMENT + timedelta(seconds=9), **fields
    )


def test_it_is_planned_until_stock_is_taken_then_runs_and_is_done_when_nothing_is_left() -> None:
    assert (
        judge(an_operation(state="planned", total=None), Tally(waiting=3)).state
        is OperationState.PLANNED
    )
    assert judge(an_operation(state="planned", total=3), Tally(waiting=3)).state is RUNNING
    assert judge(an_operation(total=3), Tally(asked=1, succeeded=2)).state is RUNNING
    assert judge(an_operation(total=3), Tally(succeeded=2, failed=1)).state is OperationState.DONE


@pytest.mark.parametrize(
    ("word", "before", "after"),
    [
        (OperationCommand.PAUSE, "planned", "paused"),
        (OperationCommand.PAUSE, "running", "paused"),
        (OperationCommand.PAUSE, "stopped", "stopped"),
        (OperationCommand.RESUME, "paused", "running"),
        (OperationCommand.RESUME, "stopped", "running"),
        (OperationCommand.CANCEL, "running", "cancelled"),
        (OperationCommand.CANCEL, "paused", "cancelled"),
        (OperationCommand.CANCEL, "done", "done"),
        (OperationCommand.RESUME, "cancelled", "cancelled"),
    ],
)
def test_an_administrators_word_is_heeded_where_it_makes_sense(
    word: OperationCommand, before: str, after: str
) -> None:
    assert judge(steered(word, state=before), Tally(waiting=5, asked=1)).state == after


def test_a_word_that_was_heeded_is_not_heeded_again() -> None:
    heeded = steered(
        OperationCommand.PAUSE, state="running", heeded_at=A_MOMENT + timedelta(seconds=9)
    )

    assert judge(heeded, Tally(waiting=5)).state is RUNNING


@pytest.mark.parametrize(
    ("share", "tally", "state"),
    [
        (None, Tally(waiting=1, failed=99), RUNNING),
        (0.5, Tally(waiting=80, failed=10), RUNNING),
        (0.5, Tally(waiting=80, failed=11), STOPPED),
        (0.5, Tally(waiting=60, failed=20, succeeded=20), RUNNING),
        (0.5, Tally(waiting=59, failed=21, succeeded=20), STOPPED),
        (0.0, Tally(waiting=90, failed=1, succeeded=9), STOPPED),
        (1.0, Tally(waiting=1, failed=99), RUNNING),
        (0.5, Tally(asked=1, failed=99), RUNNING),
        (0.5, Tally(waiting=50, skipped=50), RUNNING),
    ],
)
def test_it_stops_when_more_than_the_chosen_share_failed_and_something_is_left(
    share: float | None, tally: Tally, state: OperationState
) -> None:
    assert judge(an_operation(stop_at_failure_share=share), tally).state is state


def test_what_failed_before_a_stopped_operation_was_resumed_stops_it_no_more() -> None:
    tally = Tally(waiting=60, failed=40)
    resumed = judge(
        steered(OperationCommand.RESUME, state="stopped", stop_at_failure_share=0.1), tally
    )
    forgiven = {
        "forgiven_succeeded": resumed.forgiven_succeeded,
        "forgiven_failed": resumed.forgiven_failed,
    }
    after = an_operation(stop_at_failure_share=0.1, **forgiven)

    assert (resumed.state, resumed.forgiven_failed) == (RUNNING, 40)
    assert judge(after, Tally(waiting=57, failed=42, succeeded=1)).state is RUNNING
    assert judge(after, Tally(waiting=57, failed=43)).state is STOPPED


@pytest.mark.parametrize(
    ("tally", "more"),
    [
        (Tally(waiting=100), 1),
        (Tally(waiting=99, asked=1), 0),
        (Tally(waiting=99, succeeded=1), 5),
        (Tally(waiting=96, succeeded=1, asked=3), 2),
        (Tally(waiting=94, succeeded=4, tried_skipped=2, skipped=2), 25),
        (Tally(waiting=69, succeeded=30, asked=1), 0),
        (Tally(waiting=69, succeeded=31), 69),
        (Tally(waiting=3, skipped=97), 1),
    ],
)
def test_a_ramp_asks_for_1_5_and_25_and_waits_for_each(tally: Tally, more: int) -> None:
    assert headroom(an_operation(ramp=True), tally) == more


def test_without_a_ramp_only_the_pace_holds_it_back() -> None:
    assert headroom(an_operation(), Tally(waiting=100)) == 100


def test_a_step_of_the_ramp_is_judged_when_it_is_over_however_small() -> None:
    careful = an_operation(ramp=True, stop_at_failure_share=0.5)

    assert judge(careful, Tally(waiting=99, failed=1)).state is STOPPED
    assert judge(careful, Tally(waiting=94, asked=2, succeeded=1, failed=3)).state is RUNNING
    assert judge(careful, Tally(waiting=94, succeeded=2, failed=4)).state is STOPPED
    assert judge(careful, Tally(waiting=94, succeeded=3, failed=3)).state is RUNNING
