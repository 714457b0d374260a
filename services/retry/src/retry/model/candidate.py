"""A delivery whose next attempt may be requested, and the claim on that attempt."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from common.contracts.delivery import DeliveryRequested, Trigger

if TYPE_CHECKING:
    from common.contracts.transaction import TransactionReceived


class RequeueCandidate(NamedTuple):
    """A delivery whose next attempt may be requested.

    ``attempt`` is the number of its last attempt. ``repeats`` counts the requests in a row for the
    same ``repeated_cause``, the next one included.
    """

    delivery_id: str
    attempt: int
    connector_id: str
    transaction_id: str
    repeats: int = 0
    repeated_cause: str | None = None

    @property
    def key(self) -> str:
        """The id of the next attempt. Only the process that claims this key requests it."""
        return f"{self.delivery_id}.{self.attempt + 1}"

    def request(self, transaction: TransactionReceived, trigger: Trigger) -> DeliveryRequested:
        """Return the request for the next attempt, as a span of the change's trace."""
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
    """The owner of a claim: one run of the timer job, or one operation.

    ``token`` is unique among all claimants.
    """

    token: str
    trigger: Trigger
    asked_by: str | None = None
    operation_id: str | None = None


class RequeueClaim(NamedTuple):
    """The exclusive right to request a candidate's next attempt, and its owner."""

    candidate: RequeueCandidate
    claimant: Claimant
    is_published: bool
