"""The next state of an operation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.contracts.operation import OperationCommand, OperationState
from retry.model.operation import ItemCounts, Operation
from retry.operations.next_state import decide, headroom, is_changed, next_revision
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


def steered(command: OperationCommand, **fields: Any) -> Operation:
    return an_operation(
        steer=command, steered_by="bert", steered_at=A_MOMENT + timedelta(seconds=9), **fields
    )


def test_an_operation_is_planned_then_running_then_done() -> None:
    assert (
        decide(an_operation(state="planned", total=None), ItemCounts(waiting=3)).state
        is OperationState.PLANNED
    )
    assert decide(an_operation(state="planned", total=3), ItemCounts(waiting=3)).state is RUNNING
    assert decide(an_operation(total=3), ItemCounts(asked=1, succeeded=2)).state is RUNNING
    assert (
        decide(an_operation(total=3), ItemCounts(succeeded=2, failed=1)).state
        is OperationState.DONE
    )


@pytest.mark.parametrize(
    ("command", "before", "after"),
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
def test_a_command_is_applied_in_the_states_that_allow_it(
    command: OperationCommand, before: str, after: str
) -> None:
    assert decide(steered(command, state=before), ItemCounts(waiting=5, asked=1)).state == after


def test_a_command_is_applied_once() -> None:
    heeded = steered(
        OperationCommand.PAUSE, state="running", heeded_at=A_MOMENT + timedelta(seconds=9)
    )

    assert decide(heeded, ItemCounts(waiting=5)).state is RUNNING


@pytest.mark.parametrize(
    ("share", "counts", "state"),
    [
        (None, ItemCounts(waiting=1, failed=99), RUNNING),
        (0.5, ItemCounts(waiting=80, failed=10), RUNNING),
        (0.5, ItemCounts(waiting=80, failed=11), STOPPED),
        (0.5, ItemCounts(waiting=60, failed=20, succeeded=20), RUNNING),
        (0.5, ItemCounts(waiting=59, failed=21, succeeded=20), STOPPED),
        (0.0, ItemCounts(waiting=90, failed=1, succeeded=9), STOPPED),
        (1.0, ItemCounts(waiting=1, failed=99), RUNNING),
        (0.5, ItemCounts(asked=1, failed=99), RUNNING),
        (0.5, ItemCounts(waiting=50, skipped=50), RUNNING),
    ],
)
def test_an_operation_stops_when_more_than_the_chosen_share_failed(
    share: float | None, counts: ItemCounts, state: OperationState
) -> None:
    assert decide(an_operation(stop_at_failure_share=share), counts).state is state


def test_failures_before_a_resume_do_not_stop_the_operation_again() -> None:
    counts = ItemCounts(waiting=60, failed=40)
    resumed = decide(
        steered(OperationCommand.RESUME, state="stopped", stop_at_failure_share=0.1), counts
    )
    forgiven = {
        "forgiven_succeeded": resumed.forgiven_succeeded,
        "forgiven_failed": resumed.forgiven_failed,
    }
    after = an_operation(stop_at_failure_share=0.1, **forgiven)

    assert (resumed.state, resumed.forgiven_failed) == (RUNNING, 40)
    assert decide(after, ItemCounts(waiting=57, failed=42, succeeded=1)).state is RUNNING
    assert decide(after, ItemCounts(waiting=57, failed=43)).state is STOPPED


@pytest.mark.parametrize(
    ("counts", "more"),
    [
        (ItemCounts(waiting=100), 1),
        (ItemCounts(waiting=99, asked=1), 0),
        (ItemCounts(waiting=99, succeeded=1), 5),
        (ItemCounts(waiting=96, succeeded=1, asked=3), 2),
        (ItemCounts(waiting=94, succeeded=4, tried_skipped=2, skipped=2), 25),
        (ItemCounts(waiting=69, succeeded=30, asked=1), 0),
        (ItemCounts(waiting=69, succeeded=31), 69),
        (ItemCounts(waiting=3, skipped=97), 1),
    ],
)
def test_a_ramp_requests_1_then_5_then_25_and_waits_for_the_results_of_each(
    counts: ItemCounts, more: int
) -> None:
    assert headroom(an_operation(ramp=True), counts) == more


def test_without_a_ramp_every_waiting_item_may_be_requested() -> None:
    assert headroom(an_operation(), ItemCounts(waiting=100)) == 100


def test_the_failure_share_is_checked_at_the_end_of_each_ramp_step() -> None:
    careful = an_operation(ramp=True, stop_at_failure_share=0.5)

    assert decide(careful, ItemCounts(waiting=99, failed=1)).state is STOPPED
    assert decide(careful, ItemCounts(waiting=94, asked=2, succeeded=1, failed=3)).state is RUNNING
    assert decide(careful, ItemCounts(waiting=94, succeeded=2, failed=4)).state is STOPPED
    assert decide(careful, ItemCounts(waiting=94, succeeded=3, failed=3)).state is RUNNING


def test_a_revision_of_the_same_state_and_counts_is_unchanged() -> None:
    counts = ItemCounts(waiting=1, asked=2)
    before = an_operation(counts=counts.as_message)

    after = next_revision(before, counts, decide(before, counts), A_MOMENT)
    later = next_revision(
        after, ItemCounts(waiting=1, asked=1, succeeded=1), decide(after, counts), A_MOMENT
    )

    assert (is_changed(before, after), is_changed(after, later)) == (False, True)
    assert (after.revision, later.revision, later.changed_at) == (1, 2, A_MOMENT)


def test_an_operation_finishes_when_its_last_result_is_known() -> None:
    operation = an_operation(state="cancelled")
    asked, ended = ItemCounts(asked=1, skipped=2), ItemCounts(succeeded=1, skipped=2)

    pending = next_revision(operation, asked, decide(operation, asked), A_MOMENT)
    finished = next_revision(operation, ended, decide(operation, ended), A_MOMENT)

    assert (pending.finished_at, finished.finished_at) == (None, A_MOMENT)


def test_all_planned_deliveries_wait_during_enumeration() -> None:
    operation = an_operation(state="planned", total=None)

    revision = next_revision(operation, ItemCounts(), decide(operation, ItemCounts()), A_MOMENT)

    assert revision.counts is not None
    assert (revision.counts.total, revision.counts.waiting) == (100, 100)
