"""Queries and responses of the appointment routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS, AppointmentSort
from portal_api.appointments.filter import AppointmentFilter
from portal_api.connectors.schemas import ConnectorResponse
from portal_api.deliveries.schemas import Attempt, Delivery
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.lists.column import AccessPath, Column, ordered
from portal_api.schemas.examples import APPOINTMENT, page_of
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector

    Settings = Mapping[tuple[str, int | None], Connector]
from typing import TYPE_CHECKING


class AppointmentQuery(AppointmentFilter, PageQuery):
    """Filters of the list; all of them must hold."""

    sort: Annotated[AppointmentSort, Field(description=ordered(AppointmentSort, COLUMNS))] = (
        AppointmentSort("-last_transaction_at")
    )

    def page(self) -> Page:
        """Return the order and place."""
        return Page(self._ordered_by.path, self.sort.startswith("-"), self.limit, self.after)

    def unindexed(self) -> list[str]:
        """Return the names of the parameters without an index."""
        return [
            *super().unindexed(),
            *([] if self._ordered_by.access_path is AccessPath.INDEX else ["sort"]),
        ]

    @property
    def _ordered_by(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class AppointmentExportQuery(AppointmentQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


class LatestDelivery(ResponseModel):
    """What one connector last came to for this appointment."""

    connector_id: str
    connector_name: str | None = None
    delivery_id: str
    status: Status | None
    phase: Phase


class AppointmentRow(ResponseModel):
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


class ConnectorActivity(BaseModel):
    """What one connector was sent of this appointment, the newest first."""

    connector_id: str
    connector_name: str | None
    deliveries: list[DeliveryActivity]
    settings_now: ConnectorResponse | None


class DeliveryActivity(Delivery):
    """One delivery with its attempts."""

    attempts: list[AttemptWithSettings]


class AttemptWithSettings(Attempt):
    """One attempt with the MBOC settings it used."""

    settings_then: ConnectorResponse | None


class AppointmentDetails(AppointmentRow):
    """One appointment with its last activity per connector: at most a hundred deliveries, and a
    hundred attempts of each.
    """

    activity: list[ConnectorActivity]


def as_row(item: dict[str, Any]) -> AppointmentRow:
    """Return a stored appointment as it is shown in lists."""
    latest = [
        {"connector_id": connector_id, **said}
        for connector_id, said in item.get("connectors", {}).items()
    ]
    return AppointmentRow.model_validate(
        item | {"appointment_key": item["_id"], "deliveries": latest}
    )


FORGOTTEN_ORDER: dict[str, Any] = {
    "appointment_key": "demo/37743",
    "connector_ids": ["7d3f0c2a91be"],
}


class ForgottenOrder(BaseModel):
    """The appointment whose order is forgotten, and the connectors where it is."""

    model_config = ConfigDict(json_schema_extra={"example": FORGOTTEN_ORDER})

    appointment_key: str
    connector_ids: list[str] = Field(description="Connectors that had deliveries of it.")


EXPORT_COLUMNS = tuple(AppointmentRow.model_fields)
