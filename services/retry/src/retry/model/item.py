"""One delivery of an operation, and the rules that decide whether the operation may take it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from common.contracts.delivery import Phase, Status
from common.contracts.message import NO_CONNECTOR
from common.contracts.operation import ItemOutcome, OperationKind
from retry.model.candidate import RequeueCandidate

REQUESTING = frozenset({OperationKind.RETRY, OperationKind.CHECK})
"""The kinds of operation that request an attempt of each delivery."""
MISSING = "It is no longer stored."
OUTCOME_KNOWN = "Its outcome is known, so there is nothing to check. Retry it instead."
_STILL_DELIVERED = "It is still being delivered. Wait until it has a status."


class StoredDelivery(NamedTuple):
    """The stored state of a delivery that decides whether an operation may take it."""

    delivery_id: str
    last_attempt: int
    phase: str
    status: str | None
    is_archived: bool
    connector_id: str
    transaction_id: str | None
    received_at: datetime
    outcome_unknown: bool = False


class OperationItem(NamedTuple):
    """A delivery of an operation, with its outcome.

    ``order`` sorts items by the time of receipt. ``requested_attempt`` is the number of the attempt
    that the operation requests, and None when it requests none.
    """

    delivery_id: str
    order: str
    connector_id: str = NO_CONNECTOR
    transaction_id: str = ""
    requested_attempt: int | None = None
    outcome: ItemOutcome = ItemOutcome.WAITING
    message: str | None = None

    @property
    def candidate(self) -> RequeueCandidate:
        """The candidate whose claim this item needs."""
        last_attempt = 0 if self.requested_attempt is None else self.requested_attempt - 1
        return RequeueCandidate(
            self.delivery_id, last_attempt, self.connector_id, self.transaction_id
        )

    @property
    def requested_attempt_id(self) -> str:
        """The id of the requested attempt."""
        return self.candidate.key


class ItemResult(NamedTuple):
    """The outcome of an item, with the status and message of its attempt."""

    outcome: ItemOutcome
    status: Status | None = None
    message: str | None = None


def item_of(kind: OperationKind, stored: StoredDelivery) -> OperationItem:
    """Return the item of a delivery: waiting, or skipped with the reason."""
    refusal = find_refusal(kind, stored)
    return OperationItem(
        stored.delivery_id,
        f"{stored.received_at.isoformat(timespec='milliseconds')} {stored.delivery_id}",
        stored.connector_id,
        stored.transaction_id or "",
        stored.last_attempt + 1 if kind in REQUESTING and not refusal else None,
        ItemOutcome.SKIPPED if refusal else ItemOutcome.WAITING,
        refusal,
    )


def missing_item(delivery_id: str) -> OperationItem:
    """Return the skipped item of a selected delivery that is no longer stored."""
    return OperationItem(
        delivery_id, f"~ {delivery_id}", outcome=ItemOutcome.SKIPPED, message=MISSING
    )


def find_refusal(kind: OperationKind, stored: StoredDelivery) -> str | None:
    """Return the reason why an operation of this kind must skip the delivery, or None."""
    if kind is OperationKind.RESTORE:
        return None if stored.is_archived else "It is not archived."
    if stored.is_archived:
        return (
            "It is archived already."
            if kind is OperationKind.ARCHIVE
            else "It is archived. Restore it first."
        )
    if stored.phase != Phase.DONE:
        return _STILL_DELIVERED
    return _find_attempt_refusal(kind, stored) if kind in REQUESTING else None


def _find_attempt_refusal(kind: OperationKind, stored: StoredDelivery) -> str | None:
    """Return the reason why a finished delivery cannot be retried or checked, or None.

    A *Skipped* delivery may be retried, because its connector may accept the action by now.
    """
    if stored.status == Status.SUCCESS:
        return "The back office has received it already."
    if not stored.transaction_id:
        return (
            "It is a dead letter that names no appointment. Have Dime.Scheduler report the change "
            "again."
        )
    is_unknown = stored.status == Status.FAILED and stored.outcome_unknown
    return OUTCOME_KNOWN if kind is OperationKind.CHECK and not is_unknown else None


def result_of_attempt(status: str | None, message: str | None) -> ItemResult:
    """Return the result of an item whose attempt ended in this status.

    *Skipped* counts neither as failed nor as succeeded. No status counts as *Failed*.
    """
    known = Status(status) if status else Status.FAILED
    outcomes = {Status.SUCCESS: ItemOutcome.SUCCEEDED, Status.SKIPPED: ItemOutcome.SKIPPED}
    return ItemResult(outcomes.get(known, ItemOutcome.FAILED), known, message)
