"""``/api/deliveries``: the flat list of transactions on their way to connectors, and one of them with its attempts."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status, Trigger
from portal_api.connectors.shown import ConnectorShown, shown
from portal_api.deliveries.words import telling_first, words_of
from portal_api.routes.paging import Instant, Int64, Moment, Paged, Shown
from portal_api.routes.problems import PROBLEMS
from portal_api.store.pages import Page

if TYPE_CHECKING:
    from portal_api.store.connectors import Connectors
    from portal_api.store.reader import Reader

_PLAIN = {"status", "connector_id", "transaction_id", "action", "trigger", "archived", "troubled", "cause", "code"}
_OF_APPOINTMENT = ("source_app", "job_no", "task_no", "appointment_id", "back_office_id", "subject")
_APPOINTMENTS = {name: f"appointment.{name}" for name in _OF_APPOINTMENT} | {"appointment_key": "appointment.key"}


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
    TASK_NO = "task_no"
    TASK_NO_DOWN = "-task_no"
    APPOINTMENT_ID = "appointment_id"
    APPOINTMENT_ID_DOWN = "-appointment_id"
    SUBJECT = "subject"
    SUBJECT_DOWN = "-subject"
    SOURCE_APP = "source_app"
    SOURCE_APP_DOWN = "-source_app"
    CODE = "code"
    CODE_DOWN = "-code"


class DeliveryQuery(Paged):
    """Filters of the list; all of them must hold."""

    search: str | None = Field(default=None, max_length=200, description="Whole words, in any case, of subject, numbers or message; all of them must be there.")
    troubled: bool | None = Field(default=None, description="Only what was not sent successfully (Error Tracking): done, and neither Success nor Skipped.")
    cause: str | None = Field(default=None, pattern="^[0-9a-f]{16}$", description="Only failures of this cause, as /api/causes names it.")
    code: str | None = Field(default=None, max_length=20)
    status: Status | None = None
    phase: Phase | None = None
    connector_id: str | None = None
    source_app: str | None = None
    job_no: str | None = None
    appointment_id: Int64 | None = None
    appointment_key: str | None = None
    transaction_id: str | None = None
    task_no: str | None = None
    back_office_id: str | None = None
    action: Action | None = None
    trigger: Trigger | None = None
    received_from: Moment | None = Field(default=None, description="Not before this moment.")
    received_to: Moment | None = Field(default=None, description="Before this moment.")
    archived: bool = False
    sort: DeliverySort = DeliverySort.NEWEST

    def wanted(self) -> dict[str, Any]:
        """Return the filters that were given, in the store's words; the phase is the reader's."""
        plain = self.model_dump(include=_PLAIN, exclude_none=True)
        inner = {_APPOINTMENTS[name]: value for name, value in self.model_dump(include=set(_APPOINTMENTS) - {"subject"}, exclude_none=True).items()}
        moments = {word: moment for word, moment in (("$gte", self.received_from), ("$lt", self.received_to)) if moment}
        words = {"words": {"$all": telling_first(words_of([self.search]))}} if self.search else {}
        return plain | inner | words | ({"received_at": moments} if moments else {})

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
    cause: str | None = None
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
    """One delivery with its newest attempts, and the MBOC settings: as the newest attempt used them, and as they are now."""

    attempts: list[Attempt]
    dead_letter: DeadLetterShown | None = None
    settings_then: ConnectorShown | None = None
    settings_now: ConnectorShown | None = None


class DeliveryPage(BaseModel):
    """One page of deliveries."""

    items: list[Delivery]
    next: str | None


def deliveries(reader: Reader, store: Connectors) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Transactions"])

    @router.get("/deliveries")
    async def list_deliveries(query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
        """List deliveries, the newest first."""
        items, following = await reader.deliveries(query.wanted(), query.phase, query.page())
        return DeliveryPage(items=[as_delivery(item) for item in items], next=following)

    @router.get("/deliveries/{delivery_id}", responses={404: PROBLEMS[404]})
    async def read_delivery(delivery_id: str) -> DeliveryDetails:
        """Read one delivery with its attempts, the newest first."""
        found = await reader.delivery(delivery_id)
        used = found["connector_id"], found.get("connector_version")
        then, now = await store.versions([used]), await store.some([found["connector_id"]])
        settings = {"settings_then": then.get(used), "settings_now": now.get(found["connector_id"])}
        return DeliveryDetails.model_validate(_named(found) | {name: shown(connector) if connector else None for name, connector in settings.items()})

    return router


def as_delivery(item: dict[str, Any]) -> Delivery:
    """Return a stored delivery as it is shown in lists."""
    return Delivery.model_validate(_named(item))


def _named(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"delivery_id": item["_id"]}
