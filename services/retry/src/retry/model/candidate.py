"""A delivery whose next attempt may be asked for, and the request for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.delivery import DeliveryRequested, Trigger

if TYPE_CHECKING:
    from common.contracts.transaction import TransactionReceived


class Candidate(NamedTuple):
    """A delivery and the attempt that is behind it; the attempt that is asked for is one of
    ``repeats`` in a row because of ``repeated_cause``.
    """

    delivery_id: str
    attempt: int
    connector_id: str
    transaction_id: str
    repeats: int = 0
    repeated_cause: str | None = None

    @property
    def key(self) -> str:
        """The attempt that is asked for; whoever claims this key first asks for it."""
        return f"{self.delivery_id}.{self.attempt + 1}"

    def request(self, transaction: TransactionReceived, trigger: Trigger) -> DeliveryRequested:
        """Return the request for the next attempt, a step of the trace that the change began."""
        return DeliveryRequested(
            delivery_id=self.delivery_id,
            attempt=self.attempt + 1,
            trigger=trigger,
            connector_id=self.connector_id,
            requested_at=datetime.now(UTC),
            transaction=transaction,
            traceparent=transaction.traceparent,
            repeats=self.repeats,
            repeated_cause=self.repeated_cause,
        )


class Claimant(NamedTuple):
    """Who claims: one run of the timer job, or an operation; ``token`` tells it from all others."""

    token: str
    trigger: Trigger
    asked_by: str | None = None
    operation_id: str | None = None


class Claim(NamedTuple):
    """Who asked, or is about to ask, for the candidate's next attempt."""

    candidate: Candidate
    claimant: Claimant
    is_published: bool
