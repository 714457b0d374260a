"""What an attempt came to, as a value."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from common.contracts.connector import Connector
from common.contracts.delivery import DeliveryRequested, Phase, Status, StatusChanged


class Outcome(BaseModel):
    """The status of one attempt, with the sentence that explains it; the ledger keeps it to tell it again."""

    model_config = ConfigDict(frozen=True)

    status: Status
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    outcome_unknown: bool = False
    http_status: int | None = None
    tries: int = 0
    duration_ms: float | None = None

    @property
    def may_be_stored(self) -> bool:
        """Whether the back office has the snapshot, or may have it."""
        return self.status is Status.SUCCESS or self.outcome_unknown


def event_of(request: DeliveryRequested, connector: Connector | None, outcome: Outcome, replica: str) -> StatusChanged:
    """Return the message that tells of the outcome."""
    return StatusChanged(
        delivery_id=request.delivery_id,
        attempt=request.attempt,
        phase=Phase.DONE,
        trigger=request.trigger,
        connector_id=request.connector_id,
        connector_name=connector.name if connector else None,
        connector_version=connector.version if connector else None,
        transaction_id=request.transaction.transaction_id,
        action=request.transaction.action,
        received_at=request.transaction.received_at,
        appointment=request.transaction.appointment,
        at=datetime.now(UTC),
        replica=replica,
        **outcome.model_dump(),
    )
