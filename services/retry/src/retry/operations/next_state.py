"""What an operation does next: follows from what was asked of it and from what its
deliveries came to.

No clock, no store.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.operation import OperationCommand, OperationState

if TYPE_CHECKING:
    from retry.model.operation import Operation, Tally

RAMP = tuple(accumulate((1, 5, 25)))
"""Deliveries that are known after each step: 1, then 5 more, then 25 more, then all."""
FEW = 20
"""Outcomes from which on their share means something; of fewer, as many must have failed as would
be too many of these.
"""
_PAUSABLE = (OperationState.PLANNED, OperationState.RUNNING)
_RESUMABLE = (OperationState.PAUSED, OperationState.STOPPED)


class Verdict(NamedTuple):
    """The state, why it is so, and which outcomes count no more."""

    state: OperationState
    reason: str | None
    forgiven_succeeded: int
    forgiven_failed: int


def judge(operation: Operation, tally: Tally) -> Verdict:
    """Return what the operation has come to."""
    now = _heed(operation, tally)
    if now.state is OperationState.CANCELLED or operation.total is None:
        return now
    if now.state is OperationState.PLANNED:
        now = now._replace(state=OperationState.RUNNING)
    if not tally.waiting and not tally.asked:
        return now._replace(state=OperationState.DONE, reason=None)
    if (
        now.state is OperationState.RUNNING
        and tally.waiting
        and (reason := _too_many_failed(operation, tally, now))
    ):
        return now._replace(state=OperationState.STOPPED, reason=reason)
    return now


def headroom(operation: Operation, tally: Tally) -> int:
    """Return how many more may be asked for before the next outcomes are known."""
    limit = next((limit for limit in RAMP if limit > tally.known), None) if operation.ramp else None
    return (
        tally.waiting
        if limit is None
        else max(0, min(tally.waiting, limit - tally.known - tally.asked))
    )


def _heed(operation: Operation, tally: Tally) -> Verdict:
    """Do what the administrator said last, unless that is done already."""
    same = Verdict(
        operation.state, operation.reason, operation.forgiven_succeeded, operation.forgiven_failed
    )
    if (
        operation.steered_at is None
        or (operation.heeded_at is not None and operation.steered_at <= operation.heeded_at)
        or operation.is_final
    ):
        return same
    if operation.steer is OperationCommand.CANCEL:
        return same._replace(
            state=OperationState.CANCELLED, reason=f"Cancelled by {operation.steered_by}."
        )
    if operation.steer is OperationCommand.PAUSE and operation.state in _PAUSABLE:
        return same._replace(
            state=OperationState.PAUSED, reason=f"Paused by {operation.steered_by}."
        )
    if operation.steer is OperationCommand.RESUME and operation.state in _RESUMABLE:
        forgiven = (
            (tally.succeeded, tally.failed)
            if operation.state is OperationState.STOPPED
            else same[2:]
        )
        state = OperationState.PLANNED if operation.total is None else OperationState.RUNNING
        return Verdict(state, None, *forgiven)
    return same


def _too_many_failed(operation: Operation, tally: Tally, now: Verdict) -> str | None:
    """Say so when more than the chosen share failed; a step of the ramp is judged as soon as it is
    over, however small.
    """
    share = operation.stop_at_failure_share
    is_step = operation.ramp and tally.known <= RAMP[-1]
    if share is None or (is_step and tally.asked):
        return None
    failed = tally.failed - now.forgiven_failed
    outcomes = failed + tally.succeeded - now.forgiven_succeeded
    if failed <= share * (outcomes if is_step else max(outcomes, FEW)):
        return None
    return (
        f"{failed} of {outcomes} failed, which is more than {share:.0%}: see why, mend it, then "
        "resume or cancel."
    )
