"""``/api/deliveries``: the flat list of transactions on their way to connectors, and one of them with its attempts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.routes.paging import Instant, Paged, Shown
from portal_api.routes.problems import PROBLEMS
from portal_api.store.pages import Page

if TYPE_CHECKING:
    from portal_api.store.reader import Reader

_APPOINTMENTS = {name: f"appointment.{name}" for name in ("source_app", "job_no", "appointment_id")} | {"appointment_key": "appointment.key"}


class DeliverySort(StrEnum):
    """The order of the list; a minus turns it round."""

    NEWEST = "-received_at"
    OLDEST = "received_at"
    NEWEST_CHANGE = "-changed_at"
    OLDEST_CHANGE = "changed_at"
    STATUS = "status"
    STATUS_DOWN = "-status"
    CONNECTOR_NAME = "connector_name"
    CONNECTOR_NAME_DOWN = "-connector_name"
    JOB_NO = "job_no"
    JOB_NO_DOWN = "-job_no"


class DeliveryQuery(Paged):
    """Filters of the list; all of them must hold."""

    status: Status | None = None
    phase: Phase | None = None
    connector_id: str | None = None
    source_app: str | None = None
    job_no: str | None = None
    appointment_id: int | None = None
    appointment_key: str | None = None
    transaction_id: str | None = None
    action: Action | None = None
    received_from: AwareDatetime | None = Field(default=None, description="Not before this moment.")
    received_to: AwareDatetime | None = Field(default=None, description="Before this moment.")
    archived: bool = False
    sort: DeliverySort = DeliverySort.NEWEST

    def wanted(self) -> dict[str, Any]:
        """Return the filters that were given, in the store's words; the phase is the reader's."""
        plain = self.model_dump(include={"status", "connector_id", "transaction_id", "action", "archived"}, exclude_none=True)
        inner = {_APPOINTMENTS[name]: value for name, value in self.model_dump(include=set(_APPOINTMENTS), exclude_none=True).items()}
        moments = {word: moment for word, moment in (("$gte", self.received_from), ("$lt", self.received_to)) if moment}
        return plain | inner | ({"received_at": moments} if moments else {})

    def page(self) -> Page:
        """Return the order and place."""
        field = self.sort.removeprefix("-")
        return Page(_APPOINTMENTS.get(field, field), self.sort.startswith("-"), self.limit, self.after)


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
    """What an attempt came to. *Success* means that the back office received it; whether it was valid only the back office knows."""

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
    appointment: AppointmentFacts | None = None


class Attempt(Told):
    """One try of one delivery."""

    at: Instant


class DeadLetterShown(Shown):
    """Why a message was parked, and what was in it."""

    queue: str
    type: str | None = None
    reason: str
    trace: str | None = None
    body: str
    at: Instant


class DeliveryDetails(Delivery):
    """One delivery with its newest attempts."""

    attempts: list[Attempt]
    dead_letter: DeadLetterShown | None = None


class DeliveryPage(BaseModel):
    """One page of deliveries."""

    items: list[Delivery]
    next: str | None


def deliveries(reader: Reader) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Transactions"])

    @router.get("/deliveries")
    async def list_deliveries(query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
        """List deliveries, the newest first."""
        items, following = await reader.deliveries(query.wanted(), query.phase, query.page())
        return DeliveryPage(items=[Delivery.model_validate(_named(item)) for item in items], next=following)

    @router.get("/deliveries/{delivery_id}", responses={404: PROBLEMS[404]})
    async def read_delivery(delivery_id: str) -> DeliveryDetails:
        """Read one delivery with its attempts, the newest first."""
        return DeliveryDetails.model_validate(_named(await reader.delivery(delivery_id)))

    return router


def _named(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"delivery_id": item["_id"]}
