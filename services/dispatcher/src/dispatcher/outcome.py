"""The outcome of one attempt, as a value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from common.contracts.applied import Applied
from common.contracts.appointment import Action
from common.contracts.connector import Connector
from common.contracts.delivery import DeliveryRequested, HttpExchange, Phase, Status, StatusChanged
from common.contracts.receipt import Answer, OutcomeCheck, Receipt

if TYPE_CHECKING:
    from common.traces.spans import Span


LEDGER_FIELDS = {"owes_create", "unknown_since", "was_missing"}
"""The fields of an outcome that only the ledger needs."""


class Outcome(BaseModel):
    """The status of one attempt, with its explanation.

    The ledger stores it for repetitions, without ``answer``.
    """

    model_config = ConfigDict(frozen=True)

    status: Status
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    outcome_unknown: bool = False
    owes_create: bool = False
    http_status: int | None = None
    tries: int = 0
    duration_ms: float | None = None
    exchange: HttpExchange | None = None
    trace: str | None = None
    applied: Applied | None = None
    sent_action: Action | None = None
    receipt: Receipt | None = None
    answer: Answer | None = None
    outcome_check: OutcomeCheck | None = None
    unknown_since: datetime | None = None
    """The end of the attempt whose outcome is unknown, where a later one could not settle it."""
    was_missing: bool = False
    """Whether the record of an earlier attempt was certainly missing before this one was sent."""

    @property
    def may_be_stored(self) -> bool:
        """Whether the back office has the snapshot, or may have it."""
        return self.status is Status.SUCCESS or self.outcome_unknown

    @property
    def counts_as_delivered(self) -> bool:
        """Whether a create counts as delivered. A create that a gateway refused is still owed."""
        return self.may_be_stored and not self.owes_create


def status_changed_of(
    request: DeliveryRequested,
    connector: Connector | None,
    outcome: Outcome,
    replica: str,
    span: Span | None = None,
) -> StatusChanged:
    """Return the StatusChanged message of the outcome.

    With ``span`` the message continues the trace of that span, instead of the request's.
    """
    known: dict[str, Any] = (
        {"connector_name": connector.name, "connector_version": connector.version}
        if connector
        else {}
    )
    if span is not None:
        known["traceparent"] = span.traceparent
    return StatusChanged.about(
        request,
        phase=Phase.DONE,
        at=datetime.now(UTC),
        replica=replica,
        **known,
        **outcome.model_dump(exclude=LEDGER_FIELDS),
    )
