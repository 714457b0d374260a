"""``/api/deliveries``: the flat list of transactions on their way to connectors, and one of them
with its attempts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.connectors.schemas import ConnectorShown, shown
from portal_api.deliveries.automatic_retry import automatic_retry
from portal_api.deliveries.columns import COLUMNS
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.deliveries.sort import DeliverySort
from portal_api.lists.column import Column, Way, ordered
from portal_api.schemas.examples import DELIVERY, page_of
from portal_api.schemas.paging import Page, Paged, Shown
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.telemetry import TimerJob
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import Reader


class DeliveryQuery(DeliveryFilter, Paged):
    """Filters of the list; all of them must hold."""

    sort: Annotated[DeliverySort, Field(description=ordered(DeliverySort, COLUMNS))] = (
        DeliverySort.NEWEST
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

    def looked_at(self) -> list[str]:
        """Return the names of the parameters without an index; in the archive there is one for the
        time of receipt only.
        """
        column = self._ordered_by
        is_straight = column.path == "received_at" if self.is_archive else column.way is Way.INDEX
        return [*super().looked_at(), *([] if is_straight else ["sort"])]

    @property
    def _ordered_by(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class AppointmentFacts(Shown):
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


class Told(Shown):
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


class Delivery(Told):
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
    appointment: AppointmentFacts | None = None


class ExchangeShown(Shown):
    """The last call of an attempt: where to, how much, and how much came back; never what was in
    it, no query and no credentials.
    """

    method: str
    address: str
    sent_bytes: int
    http_status: int | None = None
    received_bytes: int | None = Field(default=None, description="None when no answer came.")


class Attempt(Told):
    """One try of one delivery."""

    at: Instant
    exchange: ExchangeShown | None = Field(default=None, description="None when nothing was sent.")


class AttemptDetails(Attempt):
    """One try of one delivery, with the stack trace of an unforeseen error."""

    trace: str | None = Field(
        default=None,
        description="Where an unforeseen error was raised; none for every other outcome.",
    )


class DeadLetterShown(Shown):
    """Why a message was parked, and what was in it."""

    queue: str
    type: str | None = None
    reason: str
    trace: str | None = None
    body: str
    at: Instant


class AutomaticRetryShown(Shown):
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
    dead_letter: DeadLetterShown | None = None
    settings_then: ConnectorShown | None = None
    settings_now: ConnectorShown | None = None
    automatic_retry: AutomaticRetryShown | None = Field(
        default=None, description="Of a Failed delivery: its next automatic retry."
    )


class DeliveryPage(BaseModel):
    """One page of deliveries."""

    model_config = ConfigDict(json_schema_extra=page_of(DELIVERY))

    items: list[Delivery]
    next: str | None


def deliveries(
    reader: Reader, store: Connectors, timer_job: Callable[[], TimerJob | None]
) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Transactions"])

    @router.get("/deliveries")
    async def list_deliveries(query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
        """List deliveries, the newest first."""
        await reader.narrow_enough("deliveries", query.straight(), query.looked_at())
        items, following = await reader.deliveries(query.wanted(), query.phase, query.page())
        return DeliveryPage(items=[as_delivery(item) for item in items], next=following)

    @router.get("/deliveries/{delivery_id}", responses={404: PROBLEMS[404]})
    async def read_delivery(delivery_id: str) -> DeliveryDetails:
        """Read one delivery with its attempts, the newest first."""
        found = await reader.delivery(delivery_id)
        used = found["connector_id"], found.get("connector_version")
        then, now = await store.versions([used]), await store.some([found["connector_id"]])
        current = now.get(found["connector_id"])
        settings = {"settings_then": then.get(used), "settings_now": current}
        newer = await reader.newer(found) if found.get("status") == Status.FAILED else None
        version = current.version if current else None
        following = automatic_retry(found, newer, version, timer_job())
        return DeliveryDetails.model_validate(
            _named(found)
            | {
                name: shown(connector) if connector else None
                for name, connector in settings.items()
            }
            | {"automatic_retry": following._asdict() if following else None}
        )

    return router


def as_delivery(item: dict[str, Any]) -> Delivery:
    """Return a stored delivery as it is shown in lists."""
    return Delivery.model_validate(_named(item))


def _named(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"delivery_id": item["_id"]}
