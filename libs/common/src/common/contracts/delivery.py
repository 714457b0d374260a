"""One transaction on its way to one connector, and the result of each attempt."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from common.contracts.applied import Applied
from common.contracts.appointment import Action, Appointment
from common.contracts.message import ConnectorId, DeliveryId, Message, TransactionId
from common.contracts.receipt import Answer, OutcomeCheck, Receipt
from common.contracts.transaction import TransactionReceived


class Status(StrEnum):
    """The result of the last attempt: the eight labels of the original product, to the letter."""

    SUCCESS = "Success"
    MBOC_PUBLISH_DISABLED = "MBOC Publish Disabled"
    MBOC_NOT_PROVIDED = "MBOC Not Provided"
    INVALID_MBOC_BACK_OFFICE_SYSTEM = "Invalid MBOC Back Office System"
    INVALID_MBOC_BACK_OFFICE_TYPE = "Invalid MBOC Back Office Type"
    INVALID_MBOC_URI = "Invalid MBOC URI"
    SKIPPED = "Skipped"
    FAILED = "Failed"


class Phase(StrEnum):
    """The progress of a delivery. Only the portal sets *held* and *archived*, never a message."""

    PENDING = "pending"
    IN_PROGRESS = "in progress"
    HELD = "held"
    DONE = "done"
    ARCHIVED = "archived"


class Trigger(StrEnum):
    """The origin of an attempt (domain.md, section 2, transaction source)."""

    SERVICE = "Service"
    WEBSITE = "Website"
    TIMER_JOB = "Timer job"


class DeliveryRequested(Message):
    """dispatcher, retry -> dispatcher: deliver this transaction to this connector.

    ``traceparent`` is the span that requests the delivery. ``repeats`` counts the consecutive
    attempts, this one included, that the timer job requested for ``repeated_cause``. It is 0 for
    every other trigger. With ``is_check`` the back office is asked for the record of an earlier
    attempt without an answer. The appointment is then sent only where the record is certainly
    missing.
    """

    version: Literal[1] = 1
    delivery_id: DeliveryId
    attempt: int = Field(ge=1)
    trigger: Trigger
    connector_id: ConnectorId
    requested_at: AwareDatetime
    transaction: TransactionReceived
    traceparent: str | None = None
    repeats: int = Field(default=0, ge=0)
    repeated_cause: str | None = None
    is_check: bool = False

    @property
    def message_id(self) -> str:
        """The same id for the same attempt of the same delivery, for each requester."""
        return f"{self.delivery_id}.{self.attempt}"


class HttpExchange(Message):
    """The last call of an attempt: method, address, sizes and HTTP status.

    It never holds a body, a header, a query or credentials. The back office's error text is in the
    attempt's message.
    """

    method: str
    address: str
    sent_bytes: int = Field(ge=0)
    http_status: int | None = None
    received_bytes: int | None = Field(default=None, ge=0)


class StatusChanged(Message):
    """dispatcher, retry -> portal-api: the state of one attempt of one delivery.

    ``status`` is None while the attempt is pending or under way. ``message`` is for the
    administrator, begins with the stable code (domain.md 6.3, 6.4) if there is one, and never holds
    a secret or a payload. ``sent_action`` is the action that was sent, which is a create where an
    update made up for a missing create. ``answer`` may hold personal data, and only the roles that
    may read payloads see it.
    """

    version: Literal[1] = 1
    delivery_id: DeliveryId
    attempt: int = Field(ge=1)
    phase: Phase
    status: Status | None
    trigger: Trigger
    connector_id: ConnectorId
    connector_name: str | None = None
    connector_version: int | None = None
    transaction_id: TransactionId
    action: Action
    received_at: AwareDatetime
    appointment: Appointment
    at: AwareDatetime
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    outcome_unknown: bool = False
    tries: int = Field(default=0, ge=0)
    http_status: int | None = None
    duration_ms: float | None = None
    replica: str | None = None
    traceparent: str | None = None
    exchange: HttpExchange | None = None
    trace: str | None = None
    repeats: int = Field(default=0, ge=0)
    repeated_cause: str | None = None
    sent_action: Action | None = None
    receipt: Receipt | None = None
    answer: Answer | None = None
    outcome_check: OutcomeCheck | None = None
    applied: Applied | None = None

    @classmethod
    def about(
        cls,
        request: DeliveryRequested,
        *,
        phase: Phase,
        status: Status | None,
        at: datetime,
        **fields: Any,
    ) -> StatusChanged:
        """Return the state of one attempt. ``fields`` are further fields of this message."""
        transaction = request.transaction
        fields = {"traceparent": request.traceparent} | fields
        return cls(
            delivery_id=request.delivery_id,
            attempt=request.attempt,
            phase=phase,
            status=status,
            trigger=request.trigger,
            connector_id=request.connector_id,
            transaction_id=transaction.transaction_id,
            action=transaction.action,
            received_at=transaction.received_at,
            appointment=transaction.appointment,
            at=at,
            repeats=request.repeats,
            repeated_cause=request.repeated_cause,
            **fields,
        )

    @property
    def message_id(self) -> str:
        """The same id for the same state of the same attempt."""
        return f"{self.delivery_id}.{self.attempt}.{self.phase}"


STATUSES = TypeAdapter(list[StatusChanged])
