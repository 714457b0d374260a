"""Queries and responses of the delivery routes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.connectors.schemas import ConnectorResponse
from portal_api.deliveries.columns import COLUMNS, DeliverySort
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.lists.column import AccessPath, Column, ordered
from portal_api.schemas.examples import DELIVERY, page_of
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant


class DeliveryQuery(DeliveryFilter, PageQuery):
    """Filters of the list; all of them must hold."""

    sort: Annotated[DeliverySort, Field(description=ordered(DeliverySort, COLUMNS))] = DeliverySort(
        "-received_at"
    )

    def page(self) -> Page:
        """Return the order and place."""
        return Page(
            self._ordered_by.path,
            self.sort.startswith("-"),
            self.limit,
            self.after,
            ties="received_at",
        )

    def unindexed(self) -> list[str]:
        """Return the names of the parameters without an index; in the archive there is one for the
        time of receipt only.
        """
        column = self._ordered_by
        is_indexed = (
            column.path == "received_at"
            if self.is_archive
            else column.access_path is AccessPath.INDEX
        )
        return [*super().unindexed(), *([] if is_indexed else ["sort"])]

    @property
    def _ordered_by(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class DeliveryExportQuery(DeliveryQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


class AppointmentSnapshot(ResponseModel):
    """The appointment as this transaction had it."""

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


class AttemptOutcome(ResponseModel):
    """What an attempt came to.

    *Success* means that the back office received it; whether it was valid only the
    back office knows.
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


class Delivery(AttemptOutcome):
    """One transaction on its way to one connector, as its newest attempt has it."""

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
    trace_id: Annotated[
        str | None,
        Field(
            description=(
                "Its trace in log lines, in the calls' header `traceparent`, and at a "
                "collector of traces."
            )
        ),
    ] = None
    appointment: AppointmentSnapshot | None = None


class HttpExchangeResponse(ResponseModel):
    """The last call of an attempt: where to, how much, and how much came back; never what was in
    it, no query and no credentials.
    """

    method: str
    address: str
    sent_bytes: int
    http_status: int | None = None
    received_bytes: int | None = Field(default=None, description="None when no answer came.")


class Attempt(AttemptOutcome):
    """One try of one delivery."""

    at: Instant
    exchange: HttpExchangeResponse | None = Field(
        default=None, description="None when nothing was sent."
    )


class AttemptDetails(Attempt):
    """One try of one delivery, with the stack trace of an unforeseen error."""

    trace: str | None = Field(
        default=None,
        description="Where an unforeseen error was raised; none for every other outcome.",
    )


class DeadLetterResponse(ResponseModel):
    """Why a message was parked, and what was in it."""

    queue: str
    type: str | None = None
    reason: str
    trace: str | None = None
    body: str
    at: Instant


class AutomaticRetryResponse(ResponseModel):
    """What the timer job does with a Failed delivery."""

    at: Instant | None = Field(
        default=None, description="The first run of the timer job that may take it; none = none."
    )
    reason: str | None = Field(
        default=None, description="Why it waits, or why the timer job leaves it alone."
    )


class DeliveryDetails(Delivery):
    """One delivery with its newest attempts, and the MBOC settings: as the newest attempt used
    them, and as they are now.
    """

    attempts: list[AttemptDetails]
    dead_letter: DeadLetterResponse | None = None
    settings_then: ConnectorResponse | None = None
    settings_now: ConnectorResponse | None = None
    automatic_retry: AutomaticRetryResponse | None = Field(
        default=None, description="Of a Failed delivery: its next automatic retry."
    )


class DeliveryPage(BaseModel):
    """One page of deliveries."""

    model_config = ConfigDict(json_schema_extra=page_of(DELIVERY))

    items: list[Delivery]
    next: str | None


def as_delivery(item: dict[str, Any]) -> Delivery:
    """Return a stored delivery as it is shown in lists."""
    return Delivery.model_validate(with_delivery_id(item))


def with_delivery_id(item: dict[str, Any]) -> dict[str, Any]:
    """Return the stored delivery with its id under the name that the API has for it."""
    return item | {"delivery_id": item["_id"]}


EXPORT_COLUMNS = (
    *(name for name in Delivery.model_fields if name != "appointment"),
    *(f"appointment_{name}" for name in AppointmentSnapshot.model_fields),
)
