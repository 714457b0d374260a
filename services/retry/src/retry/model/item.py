"""One delivery's part in an operation, and whether anything can be done with it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from common.contracts.delivery import Phase, Status
from common.contracts.message import NO_CONNECTOR
from common.contracts.operation import ItemOutcome, OperationKind
from retry.model.candidate import Candidate

GONE = "It is no longer stored."
_ON_ITS_WAY = "It is on its way: wait until it has come to a status."


class Stored(NamedTuple):
    """A delivery as it is stored."""

    delivery_id: str
    attempt: int
    phase: str
    status: str | None
    is_archived: bool
    connector_id: str
    transaction_id: str | None
    received_at: datetime


class Item(NamedTuple):
    """A delivery that an operation is about; ``order`` sorts by when it was received, ``attempt``
    is the one that is asked for.
    """

    delivery_id: str
    order: str
    connector_id: str = NO_CONNECTOR
    transaction_id: str = ""
    attempt: int | None = None
    outcome: ItemOutcome = ItemOutcome.WAITING
    message: str | None = None

    @property
    def candidate(self) -> Candidate:
        """What is claimed for it."""
        return Candidate(
            self.delivery_id, (self.attempt or 1) - 1, self.connector_id, self.transaction_id
        )

    @property
    def key(self) -> str:
        """The attempt that is asked for."""
        return self.candidate.key


class Told(NamedTuple):
    """What became of an item."""

    outcome: ItemOutcome
    status: Status | None = None
    message: str | None = None


def item_of(kind: OperationKind, stored: Stored) -> Item:
    """Return the delivery's part: waiting, or skipped with the reason."""
    refusal = find_refusal(kind, stored)
    return Item(
        stored.delivery_id,
        f"{stored.received_at.isoformat(timespec='milliseconds')} {stored.delivery_id}",
        stored.connector_id,
        stored.transaction_id or "",
        stored.attempt + 1 if kind is OperationKind.RETRY and not refusal else None,
        ItemOutcome.SKIPPED if refusal else ItemOutcome.WAITING,
        refusal,
    )


def gone(delivery_id: str) -> Item:
    """Return the part of a delivery that was chosen and is no longer there."""
    return Item(delivery_id, f"~ {delivery_id}", outcome=ItemOutcome.SKIPPED, message=GONE)


def find_refusal(kind: OperationKind, stored: Stored) -> str | None:
    """Return why nothing can be done with it, or None."""
    if kind is OperationKind.RESTORE:
        return None if stored.is_archived else "It is not archived."
    if stored.is_archived:
        return (
            "It is archived already."
            if kind is OperationKind.ARCHIVE
            else "It is archived: restore it first."
        )
    if stored.phase != Phase.DONE:
        return _ON_ITS_WAY
    return _not_retryable(stored) if kind is OperationKind.RETRY else None


def _not_retryable(stored: Stored) -> str | None:
    """Everything that is done and was not received may be retried: what is Skipped too, for its
    connector may want the action by now.
    """
    if stored.status == Status.SUCCESS:
        return "The back office has received it already."
    if not stored.transaction_id:
        return (
            "It is a message that could not be read, and names no appointment: have the change "
            "reported again."
        )
    return None


def told_of(status: str | None, message: str | None) -> Told:
    """Return what an attempt's status means for the item that asked for it: *Skipped* was not
    failed, nor was it received.
    """
    known = Status(status) if status else Status.FAILED
    outcome = {Status.SUCCESS: ItemOutcome.SUCCEEDED, Status.SKIPPED: ItemOutcome.SKIPPED}.get(
        known, ItemOutcome.FAILED
    )
    return Told(outcome, known, message)
