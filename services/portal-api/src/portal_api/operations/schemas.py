"""Queries and responses of the operation routes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from common.contracts.delivery import Status
from common.contracts.operation import ItemOutcome, OperationCommand, OperationKind, OperationState
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant


class ConnectorCount(ResponseModel):
    """The number of deliveries of one connector."""

    connector_id: str
    connector_name: str | None = None
    count: int


class CauseCount(ResponseModel):
    """The number of deliveries with one cause. Deliveries that did not fail have no cause."""

    cause: str | None = None
    status: Status | None = Field(
        default=None,
        description=(
            "The status of the newest delivery. Code and message are also those of the newest "
            "delivery."
        ),
    )
    code: str | None = None
    message: str | None = None
    connector_id: str
    connector_name: str | None = None
    count: int


class OperationPlan(BaseModel):
    """The deliveries that an operation would process, and its minimum duration."""

    count: int
    doable: int = Field(
        description=(
            "Deliveries that the operation would process. Each other delivery gets a reason in "
            "the operation's items."
        )
    )
    by_connector: list[ConnectorCount]
    by_cause: list[CauseCount] = Field(description="The most frequent causes first, at most 200.")
    seconds: float = Field(
        description=(
            "The minimum duration at the chosen pace, or at the rate limit of the slowest "
            "connector. Response times of back offices are not included."
        )
    )
    as_of: Instant = Field(
        description=(
            "The time of the plan. Send it with the operation to select exactly these deliveries."
        )
    )


class OperationCounts(ResponseModel):
    """Deliveries by outcome. The five counts make up the total."""

    total: int
    waiting: int
    asked: int = Field(description="Deliveries whose attempt is under way.")
    succeeded: int
    failed: int
    skipped: int


class Operation(ResponseModel):
    """An operation and its progress. The counts come from its items, so they are always exact."""

    operation_id: str
    kind: OperationKind
    asked_by: str
    asked_at: Instant
    state: OperationState
    reason: str | None = None
    asked_to: OperationCommand | None = Field(
        default=None, description="The last command, until retry has carried it out."
    )
    per_second: float
    ramp: bool
    stop_at_failure_share: float | None = None
    counts: OperationCounts
    planned: int | None = Field(
        default=None,
        description=(
            "The number of deliveries in the plan. If it exceeds the total, the others changed "
            "before the start and are left out."
        ),
    )
    revision: int = Field(description="Increases with each change.")
    finished_at: Instant | None = None
    changed_at: Instant


class OperationPage(BaseModel):
    """One page of operations."""

    items: list[Operation]
    next: str | None


class OperationItem(ResponseModel):
    """One delivery in an operation. ``attempt`` is the requested attempt, ``status`` its result,
    and ``message`` the reason.
    """

    delivery_id: str
    outcome: ItemOutcome
    status: Status | None = None
    message: str | None = None
    attempt: int | None = None
    at: Instant


class OperationItemPage(BaseModel):
    """One page of an operation's deliveries, in the order of processing."""

    items: list[OperationItem]
    next: str | None


class OperationSort(StrEnum):
    """The order of the list. A minus reverses it. Equal items follow by time of the request."""

    NEWEST = "-asked_at"
    OLDEST = "asked_at"
    KIND = "kind"
    KIND_DOWN = "-kind"
    STATE = "state"
    STATE_DOWN = "-state"
    ASKED_BY = "asked_by"
    ASKED_BY_DOWN = "-asked_by"


class OperationQuery(PageQuery):
    """Filters and order of the list. All filters must hold."""

    sort: OperationSort = Field(
        default=OperationSort.NEWEST, description="The order of the list. A minus reverses it."
    )
    state: OperationState | None = Field(default=None, description="The state of the operations.")
    kind: OperationKind | None = Field(default=None, description="The kind of the operations.")
    asked_by: str | None = Field(
        default=None, max_length=200, description="The account that requested the operations."
    )

    def mongodb_query(self) -> dict[str, Any]:
        """Return the filters of the request as a MongoDB query."""
        return self.model_dump(include={"state", "kind", "asked_by"}, exclude_none=True)

    def page(self) -> Page:
        """Return the order and the cursor of the page."""
        return self.sorted_page(self.sort, ties="asked_at")


class OperationExportQuery(OperationQuery):
    """The same filters and order as in the list. The export has all matching rows, so ``limit`` and
    ``after`` have no effect.
    """

    format: Format = ExportFormat.CSV


class ItemQuery(PageQuery):
    """Filters of the list of items."""

    outcome: ItemOutcome | None = Field(default=None, description="The outcome of the items.")


def as_operation(item: dict[str, Any]) -> Operation:
    """Return the stored operation as the API shows it, without a command that retry has carried
    out.
    """
    steered_at, heeded_at = item.get("steered_at"), item.get("heeded_at")
    is_open = (
        steered_at is not None
        and (heeded_at is None or heeded_at < steered_at)
        and item.get("finished_at") is None
    )
    return Operation.model_validate(
        item | {"operation_id": item["_id"], "asked_to": item.get("steer") if is_open else None}
    )
