"""Queries and responses of the delivery routes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.applied import AppliedState
from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.connectors.schemas import ConnectorResponse
from portal_api.deliveries.columns import COLUMNS, DeliverySort
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.lists.column import AccessPath, Column, describe_orders
from portal_api.schemas.examples import DELIVERY, page_of
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant


class DeliveryQuery(DeliveryFilter, PageQuery):
    """Filters and order of the list. All filters must hold."""

    sort: Annotated[DeliverySort, Field(description=describe_orders(DeliverySort, COLUMNS))] = (
        DeliverySort("-received_at")
    )

    def page(self) -> Page:
        """Return the order and the cursor of the page."""
        return Page(
            self._sort_column.path,
            self.sort.startswith("-"),
            self.limit,
            self.after,
            ties="received_at",
        )

    def unindexed_names(self) -> list[str]:
        """Return the names of the parameters without an index. In the archive only the time of
        receipt has one.
        """
        column = self._sort_column
        is_indexed = (
            column.path == "received_at"
            if self.is_archive
            else column.access_path is AccessPath.INDEX
        )
        return [*super().unindexed_names(), *([] if is_indexed else ["sort"])]

    @property
    def _sort_column(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class DeliveryExportQuery(DeliveryQuery):
    """The same filters and order as in the list. The export has all matching rows, so ``limit`` and
    ``after`` have no effect.
    """

    format: Format = ExportFormat.CSV


class AppointmentSnapshot(ResponseModel):
    """The appointment in this transaction."""

    key: str
    appointment_id: int = 0
    appointment_no: str | None = None
    subject: str | None = None
    start: str | None = None
    end: str | None = None
    source_app: str | None = None
    source_type: str | None = None
    job_no: str | None = None
    task_no: str | None = None
    modified_at: Instant
    modified_by: str | None = None


class AppliedResponse(ResponseModel):
    """The state of the record at the back office, beside the status of the delivery.

    ``message`` is the back office's own text. While the record waits, it is the reason why the last
    question had no answer.
    """

    state: AppliedState
    message: str | None = None
    checked_at: Instant | None = None
    next_check_at: Instant | None = Field(
        default=None, description="The next question. Null after the last one."
    )


class ReceiptResponse(ResponseModel):
    """The confirmation of the stored record, as far as the back office gave one.

    ``record_id`` is the record's own id, ``entry_no`` the Entry No. of the staging table, ``key``
    the Key of a page service, and ``location`` the address of the record without its query.
    """

    record_id: str | None = None
    entry_no: str | None = None
    key: str | None = None
    location: str | None = None
    etag: str | None = None


class OutcomeCheckResponse(ResponseModel):
    """The last question to the back office whether it has the record of an attempt without an
    answer.
    """

    at: Instant
    found: bool | None = Field(
        default=None, description="Null when the back office gave no usable reply."
    )
    note: str
    next_at: Instant | None = Field(
        default=None, description="The next check. Null after the last one."
    )


class OvertakenResponse(ResponseModel):
    """The newer version of the appointment that the connector delivered after all."""

    delivery_id: str
    transaction_id: str
    modified_at: Instant


class AttemptOutcome(ResponseModel):
    """The outcome of an attempt.

    *Success* means that the back office received the appointment. Only the back office can tell
    whether the appointment was valid.
    """

    attempt: int
    trigger: Trigger
    status: Status | None = None
    code: str | None = None
    message: str | None = None
    retryable: bool = False
    outcome_unknown: bool = False
    tries: int = 0
    http_status: int | None = None
    duration_ms: float | None = None
    connector_version: int | None = None
    replica: str | None = None
    sent_action: Action | None = Field(
        default=None,
        description="The action that was sent. A create where an update made up for one.",
    )
    receipt: ReceiptResponse | None = Field(
        default=None, description="Null where the back office confirmed no record."
    )
    outcome_check: OutcomeCheckResponse | None = Field(
        default=None, description="Null while the outcome of no attempt was checked."
    )
    applied: AppliedResponse | None = Field(
        default=None, description="Null where the connector does not ask (docs/applied.md)."
    )


class Delivery(AttemptOutcome):
    """One transaction on its way to one connector, with the outcome of its newest attempt."""

    delivery_id: str
    phase: Phase
    connector_id: str
    connector_name: str | None = None
    transaction_id: str | None = None
    action: Action | None = None
    received_at: Instant
    changed_at: Instant
    archived: bool = False
    cause: str | None = None
    overtaken_by: OvertakenResponse | None = Field(
        default=None,
        description=(
            "The delivery of a newer version of the appointment to the same connector. Only a "
            "delivery without success has it. Error Tracking leaves the delivery out."
        ),
    )
    trace_id: Annotated[
        str | None,
        Field(
            description=(
                "The trace id in log lines, in the header `traceparent` of calls, and in the trace "
                "collector."
            )
        ),
    ] = None
    appointment: AppointmentSnapshot | None = None


class HttpExchangeResponse(ResponseModel):
    """The last HTTP call of an attempt, with its address, status and sizes. Query, credentials and
    content are never recorded.
    """

    method: str
    address: str
    sent_bytes: int
    http_status: int | None = None
    received_bytes: int | None = Field(default=None, description="Null when no answer came.")


class Attempt(AttemptOutcome):
    """One attempt of one delivery."""

    at: Instant
    exchange: HttpExchangeResponse | None = Field(
        default=None, description="Null when no call was made."
    )


class AttemptDetails(Attempt):
    """One attempt of one delivery, with the stack trace of an unforeseen error."""

    trace: str | None = Field(
        default=None,
        description="The stack trace of an unforeseen error. Null for every other outcome.",
    )


class DeadLetterResponse(ResponseModel):
    """A message that could not be handled, with the reason and the message's body."""

    queue: str
    type: str | None = None
    reason: str
    trace: str | None = None
    body: str
    at: Instant


class AutomaticRetryResponse(ResponseModel):
    """The next automatic retry of a Failed delivery."""

    at: Instant | None = Field(
        default=None,
        description=(
            "The first run of the timer job that may retry the delivery. Null when no run may "
            "retry it."
        ),
    )
    reason: str | None = Field(
        default=None, description="The reason for a wait, or the reason against an automatic retry."
    )


class DeliveryDetails(Delivery):
    """One delivery with its newest attempts, and the MBOC settings that the newest attempt used and
    those of today.
    """

    attempts: list[AttemptDetails]
    dead_letter: DeadLetterResponse | None = None
    settings_then: ConnectorResponse | None = None
    settings_now: ConnectorResponse | None = None
    automatic_retry: AutomaticRetryResponse | None = Field(
        default=None, description="The next automatic retry. Only Failed deliveries have it."
    )


class DeliveryPage(BaseModel):
    """One page of deliveries."""

    model_config = ConfigDict(json_schema_extra=page_of(DELIVERY))

    items: list[Delivery]
    next: str | None


def as_delivery(item: dict[str, Any]) -> Delivery:
    """Return the stored delivery as the API shows it in lists."""
    return Delivery.model_validate(with_delivery_id(item))


def with_delivery_id(item: dict[str, Any]) -> dict[str, Any]:
    """Return the stored delivery with its id under the field name of the API."""
    return item | {"delivery_id": item["_id"]}


_NESTED: dict[str, type[BaseModel]] = {
    "receipt": ReceiptResponse,
    "outcome_check": OutcomeCheckResponse,
    "overtaken_by": OvertakenResponse,
    "applied": AppliedResponse,
    "appointment": AppointmentSnapshot,
}
EXPORT_COLUMNS = (
    *(name for name in Delivery.model_fields if name not in _NESTED),
    *(f"{name}_{field}" for name, model in _NESTED.items() for field in model.model_fields),
)
