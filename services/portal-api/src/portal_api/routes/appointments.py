"""``/api/appointments``: one row per appointment, the newest transaction first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS
from portal_api.appointments.filter import AppointmentFilter
from portal_api.appointments.sort import AppointmentSort
from portal_api.connectors.schemas import ConnectorShown, shown
from portal_api.lists.column import Column, Way, ordered
from portal_api.routes.deliveries import Attempt, Delivery
from portal_api.schemas.examples import APPOINTMENT, page_of
from portal_api.schemas.paging import Page, Paged, Shown
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import Reader

    Settings = Mapping[tuple[str, int | None], Connector]


class AppointmentQuery(AppointmentFilter, Paged):
    """Filters of the list; all of them must hold."""

    sort: Annotated[AppointmentSort, Field(description=ordered(AppointmentSort, COLUMNS))] = (
        AppointmentSort.NEWEST_TRANSACTION
    )

    def page(self) -> Page:
        """Return the order and place."""
        return Page(self._ordered_by.path, self.sort.startswith("-"), self.limit, self.after)

    def looked_at(self) -> list[str]:
        """Return the names of the parameters without an index."""
        return [*super().looked_at(), *([] if self._ordered_by.way is Way.INDEX else ["sort"])]

    @property
    def _ordered_by(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class LatestDelivery(Shown):
    """What one connector last came to for this appointment."""

    connector_id: str
    connector_name: str | None = None
    delivery_id: str
    status: Status | None
    phase: Phase


class AppointmentRow(Shown):
    """One appointment with its change tracking, its identification values and what each
    connector last came to.
    """

    appointment_key: str
    appointment_id: int = 0
    appointment_no: str | None = None
    appointment_guid: str | None = None
    subject: str | None = None
    start: str | None = None
    end: str | None = None
    action: Action | None = None
    source_app: str | None = None
    source_type: str | None = None
    job_no: str | None = None
    task_no: str | None = None
    back_office_id: str | None = None
    back_office_parent_id: str | None = None
    created_at: str | None = None
    created_by: str | None = None
    modified_at: Instant
    modified_by: str | None = None
    last_transaction_at: Instant
    phase: Phase = Field(
        description="pending until the newest transaction was routed and delivered"
    )
    deliveries: list[LatestDelivery]


class AppointmentPage(BaseModel):
    """One page of appointments."""

    model_config = ConfigDict(json_schema_extra=page_of(APPOINTMENT))

    items: list[AppointmentRow]
    next: str | None


class Activity(BaseModel):
    """What one connector was sent of this appointment, the newest first."""

    connector_id: str
    connector_name: str | None
    deliveries: list[DeliveryActivity]
    settings_now: ConnectorShown | None


class DeliveryActivity(Delivery):
    """One delivery with its attempts."""

    attempts: list[AttemptWithSettings]


class AttemptWithSettings(Attempt):
    """One attempt with the MBOC settings it used."""

    settings_then: ConnectorShown | None


class AppointmentDetails(AppointmentRow):
    """One appointment with its last activity per connector: at most a hundred deliveries, and a
    hundred attempts of each.
    """

    activity: list[Activity]


def appointments(reader: Reader, store: Connectors) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Appointments"])

    @router.get("/appointments")
    async def list_appointments(query: Annotated[AppointmentQuery, Query()]) -> AppointmentPage:
        """List appointments, the newest transaction first."""
        await reader.narrow_enough("appointments", query.straight(), query.looked_at())
        items, following = await reader.appointments(query.wanted(), query.page())
        return AppointmentPage(items=[as_row(item) for item in items], next=following)

    @router.get("/appointments/{appointment_key:path}", responses={404: PROBLEMS[404]})
    async def read_appointment(appointment_key: str) -> AppointmentDetails:
        """Read one appointment: change tracking, identification values, and what each
        connector was sent.
        """
        found, sent = await reader.appointment(appointment_key)
        attempts = [attempt for delivery in sent for attempt in delivery["attempts"]]
        then = await store.versions(
            (a["connector_id"], a.get("connector_version")) for a in attempts
        )
        now = await store.some(delivery["connector_id"] for delivery in sent)
        return AppointmentDetails.model_validate(
            as_row(found).model_dump() | {"activity": _activity(sent, then, now)}
        )

    return router


def _activity(
    sent: list[dict[str, Any]], then: Settings, now: Mapping[str, Connector]
) -> list[dict[str, Any]]:
    by_connector: dict[str, dict[str, Any]] = {}
    for delivery in sent:
        connector_id = delivery["connector_id"]
        settings = shown(now[connector_id]) if connector_id in now else None
        head = {
            "connector_id": connector_id,
            "connector_name": delivery.get("connector_name"),
            "settings_now": settings,
            "deliveries": [],
        }
        attempts = [
            attempt | {"settings_then": _settings(attempt, then)}
            for attempt in delivery["attempts"]
        ]
        by_connector.setdefault(connector_id, head)["deliveries"].append(
            delivery | {"delivery_id": delivery["_id"], "attempts": attempts}
        )
    return list(by_connector.values())


def _settings(attempt: dict[str, Any], then: Settings) -> ConnectorShown | None:
    found = then.get((attempt["connector_id"], attempt.get("connector_version")))
    return shown(found) if found else None


def as_row(item: dict[str, Any]) -> AppointmentRow:
    """Return a stored appointment as it is shown in lists."""
    latest = [
        {"connector_id": connector_id, **said}
        for connector_id, said in item.get("connectors", {}).items()
    ]
    return AppointmentRow.model_validate(
        item | {"appointment_key": item["_id"], "deliveries": latest}
    )
