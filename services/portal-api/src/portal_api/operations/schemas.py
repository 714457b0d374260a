"""What the API shows of operations, and by what they are asked for."""

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
    """How many deliveries of a connector it is about."""

    connector_id: str
    connector_name: str | None = None
    count: int


class CauseCount(ResponseModel):
    """How many deliveries that failed alike it is about; what did not fail has no cause."""

    cause: str | None = None
    status: Status | None = Field(
        default=None, description="Of the newest one, as are code and message."
    )
    code: str | None = None
    message: str | None = None
    connector_id: str
    connector_name: str | None = None
    count: int


class OperationPlan(BaseModel):
    """What an operation would be about, and how long it takes at least."""

    count: int
    doable: int = Field(
        description=(
            "Those that something would be done with; of each of the others the "
            "operation says why not."
        )
    )
    by_connector: list[ConnectorCount]
    by_cause: list[CauseCount] = Field(description="The most frequent first, at most two hundred.")
    seconds: float = Field(
        description=(
            "At the chosen pace, or that of the slowest connector; how long back offices take to "
            "answer is not in it."
        )
    )
    as_of: Instant = Field(
        description="The moment of the plan; with it, exactly these deliveries are meant later."
    )


class OperationCounts(ResponseModel):
    """Deliveries by what they came to: the five make up the total."""

    total: int
    waiting: int
    asked: int = Field(description="Another attempt is under way.")
    succeeded: int
    failed: int
    skipped: int


class Operation(ResponseModel):
    """An operation and how far it is; counted from its items, so true at every moment."""

    operation_id: str
    kind: OperationKind
    asked_by: str
    asked_at: Instant
    state: OperationState
    reason: str | None = None
    asked_to: OperationCommand | None = Field(
        default=None, description="What was asked of it last, until it is done."
    )
    per_second: float
    ramp: bool
    stop_at_failure_share: float | None = None
    counts: OperationCounts
    planned: int | None = Field(
        default=None,
        description=(
            "Deliveries that the plan named; those above the total changed before the start and "
            "are left out."
        ),
    )
    revision: int = Field(description="Grows with each change.")
    finished_at: Instant | None = None
    changed_at: Instant


class OperationPage(BaseModel):
    """One page of operations."""

    items: list[Operation]
    next: str | None


class OperationItem(ResponseModel):
    """One delivery's part: ``attempt`` is the one that was asked for, ``status`` what it came to,
    ``message`` says why.
    """

    delivery_id: str
    outcome: ItemOutcome
    status: Status | None = None
    message: str | None = None
    attempt: int | None = None
    at: Instant


class OperationItemPage(BaseModel):
    """One page of an operation's deliveries, in the order in which they are done."""

    items: list[OperationItem]
    next: str | None


class OperationSort(StrEnum):
    """The order of the list; a minus turns it round. Equal ones follow by when
    they were asked for.
    """

    NEWEST = "-asked_at"
    OLDEST = "asked_at"
    KIND = "kind"
    KIND_DOWN = "-kind"
    STATE = "state"
    STATE_DOWN = "-state"
    ASKED_BY = "asked_by"
    ASKED_BY_DOWN = "-asked_by"


class OperationQuery(PageQuery):
    """Filters of the list; all of them must hold."""

    sort: OperationSort = Field(
        default=OperationSort.NEWEST, description="The order of the list; a minus turns it round."
    )
    state: OperationState | None = Field(default=None, description="How far they are.")
    kind: OperationKind | None = Field(default=None, description="What they do.")
    asked_by: str | None = Field(
        default=None, max_length=200, description="The account that asked for them."
    )

    def wanted(self) -> dict[str, Any]:
        """Return the filters that were given, in the store's words."""
        return self.model_dump(include={"state", "kind", "asked_by"}, exclude_none=True)

    def page(self) -> Page:
        """Return the order and place."""
        return Page(
            self.sort.removeprefix("-"),
            self.sort.startswith("-"),
            self.limit,
            self.after,
            ties="asked_at",
        )


class OperationExportQuery(OperationQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


class ItemQuery(PageQuery):
    """Filters of the list of items."""

    outcome: ItemOutcome | None = Field(default=None, description="What became of them.")


def as_operation(item: dict[str, Any]) -> Operation:
    """Return an operation as it is shown; what retry has heeded was done and is
    asked for no longer.
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
