"""Decides the next state of an operation from its commands and the counts of its items.

These are pure functions, without clock and store.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.operation import Counts, OperationCommand, OperationState
from retry.model.operation import REVISION_FIELDS

if TYPE_CHECKING:
    from datetime import datetime

    from retry.model.operation import ItemCounts, Operation

RAMP_LIMITS = tuple(accumulate((1, 5, 25)))
"""Attempts in all after each step of the ramp: 1, then 5 more, then 25 more, then no limit."""
MIN_OUTCOMES = 20
"""The failure share is computed over at least this many outcomes, so that one early failure does
not stop an operation.
"""
_PAUSABLE = (OperationState.PLANNED, OperationState.RUNNING)
_RESUMABLE = (OperationState.PAUSED, OperationState.STOPPED)


class Decision(NamedTuple):
    """The next state, its reason, and the outcomes that no longer count towards a stop."""

    state: OperationState
    reason: str | None
    forgiven_succeeded: int
    forgiven_failed: int


def decide(operation: Operation, counts: ItemCounts) -> Decision:
    """Return the next state of the operation."""
    now = _apply_steering(operation, counts)
    if now.state is OperationState.CANCELLED or operation.total is None:
        return now
    if now.state is OperationState.PLANNED:
        now = now._replace(state=OperationState.RUNNING)
    if not counts.waiting and not counts.asked:
        return now._replace(state=OperationState.DONE, reason=None)
    if (
        now.state is OperationState.RUNNING
        and counts.waiting
        and (reason := _too_many_failed(operation, counts, now))
    ):
        return now._replace(state=OperationState.STOPPED, reason=reason)
    return now


def next_revision(
    operation: Operation, counts: ItemCounts, decision: Decision, now: datetime
) -> Operation:
    """Return the next revision of the operation, after this decision.

    During enumeration the counts show every planned delivery as waiting.
    """
    is_enumerated = operation.total is not None
    after = operation.model_copy(
        update=decision._asdict()
        | {
            "counts": counts.as_message if is_enumerated else _planned_counts(operation),
            "heeded_at": operation.steered_at or operation.heeded_at,
            "revision": operation.revision + 1,
            "changed_at": now,
        }
    )
    is_finished = after.is_final and is_enumerated and not counts.waiting and not counts.asked
    if is_finished and operation.finished_at is None:
        return after.model_copy(update={"finished_at": now})
    return after


def is_changed(before: Operation, after: Operation) -> bool:
    """Whether the revisions differ in more than their number and time."""
    return any(getattr(before, name) != getattr(after, name) for name in REVISION_FIELDS)


def headroom(operation: Operation, counts: ItemCounts) -> int:
    """Return how many items may be requested before the next results are known."""
    if not operation.ramp:
        return counts.waiting
    limit = next((limit for limit in RAMP_LIMITS if limit > counts.attempted), None)
    if limit is None:
        return counts.waiting
    return max(0, min(counts.waiting, limit - counts.attempted - counts.asked))


def _planned_counts(operation: Operation) -> Counts:
    return Counts(
        total=operation.planned,
        waiting=operation.planned,
        asked=0,
        succeeded=0,
        failed=0,
        skipped=0,
    )


def _apply_steering(operation: Operation, counts: ItemCounts) -> Decision:
    """Apply the administrator's last command, unless it was applied before."""
    unchanged = Decision(
        operation.state, operation.reason, operation.forgiven_succeeded, operation.forgiven_failed
    )
    if (
        operation.steered_at is None
        or (operation.heeded_at is not None and operation.steered_at <= operation.heeded_at)
        or operation.is_final
    ):
        return unchanged
    if operation.steer is OperationCommand.CANCEL:
        return unchanged._replace(
            state=OperationState.CANCELLED, reason=f"Cancelled by {operation.steered_by}."
        )
    if operation.steer is OperationCommand.PAUSE and operation.state in _PAUSABLE:
        return unchanged._replace(
            state=OperationState.PAUSED, reason=f"Paused by {operation.steered_by}."
        )
    if operation.steer is OperationCommand.RESUME and operation.state in _RESUMABLE:
        forgiven = (
            (counts.succeeded, counts.failed)
            if operation.state is OperationState.STOPPED
            else unchanged[2:]
        )
        state = OperationState.PLANNED if operation.total is None else OperationState.RUNNING
        return Decision(state, None, *forgiven)
    return unchanged


def _too_many_failed(operation: Operation, counts: ItemCounts, now: Decision) -> str | None:
    """Return the reason to stop when more than the chosen share failed, or None.

    Within the ramp, the share is checked at the end of each step, over however few outcomes.
    """
    share = operation.stop_at_failure_share
    is_in_ramp = operation.ramp and counts.attempted <= RAMP_LIMITS[-1]
    if share is None or (is_in_ramp and counts.asked):
        return None
    failed = counts.failed - now.forgiven_failed
    outcomes = failed + counts.succeeded - now.forgiven_succeeded
    if failed <= share * (outcomes if is_in_ramp else max(outcomes, MIN_OUTCOMES)):
        return None
    return (
        f"{failed} of {outcomes} failed, which is more than {share:.0%}. Fix the cause, then "
        "resume or cancel the operation."
    )
