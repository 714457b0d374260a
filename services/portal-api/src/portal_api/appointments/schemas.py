"""Queries and responses of the appointment routes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.delivery import Phase, Status
from portal_api.appointments.columns import COLUMNS, AppointmentSort
from portal_api.appointments.filter import AppointmentFilter
from portal_api.connectors.schemas import ConnectorResponse
from portal_api.deliveries.schemas import Attempt, Delivery
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.lists.column import AccessPath, Column, describe_orders
from portal_api.schemas.examples import APPOINTMENT, page_of
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant


class AppointmentQuery(AppointmentFilter, PageQuery):
    """Filters and order of the list. All filters must hold."""

    sort: Annotated[
        AppointmentSort, Field(description=describe_orders(AppointmentSort, COLUMNS))
    ] = AppointmentSort("-last_transaction_at")

    def page(self) -> Page:
        """Return the order and the cursor of the page."""
        return Page(self._sort_column.path, self.sort.startswith("-"), self.limit, self.after)

    def unindexed_names(self) -> list[str]:
        """Return the names of the parameters without an index."""
        return [
            *super().unindexed_names(),
            *([] if self._sort_column.access_path is AccessPath.INDEX else ["sort"]),
        ]

    @property
    def _sort_column(self) -> Column:
        return COLUMNS[self.sort.removeprefix("-")]


class AppointmentExportQuery(AppointmentQuery):
    """The same filters and order as in the list. The export has all matching rows, so ``limit`` and
    ``after`` have no effect.
    """

    format: Format = ExportFormat.CSV


class LatestDelivery(ResponseModel):
    """The latest delivery of the appointment to one connector."""

    connector_id: str
    connector_name: str | None = None
    delivery_id: str
    status: Status | None
    phase: Phase


class AppointmentRow(ResponseModel):
    """One appointment with its change tracking, its identification values and its latest delivery
    per connector.
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
        description="The phase is pending until the newest transaction was routed and delivered."
    )
    deliveries: list[LatestDelivery]


class AppointmentPage(BaseModel):
    """One page of appointments."""

    model_config = ConfigDict(json_schema_extra=page_of(APPOINTMENT))

    items: list[AppointmentRow]
    next: str | None


class ConnectorActivity(BaseModel):
    """The deliveries of the appointment to one connector, the newest first."""

    connector_id: str
    connector_name: str | None
    deliveries: list[DeliveryActivity]
    settings_now: ConnectorResponse | None


class DeliveryActivity(Delivery):
    """One delivery with its attempts."""

    attempts: list[AttemptWithSettings]


class AttemptWithSettings(Attempt):
    """One attempt with the MBOC settings that it used."""

    settings_then: ConnectorResponse | None


class AppointmentDetails(AppointmentRow):
    """One appointment with its deliveries per connector, at most 100 deliveries with 100 attempts
    each.
    """

    activity: list[ConnectorActivity]


def as_row(item: dict[str, Any]) -> AppointmentRow:
    """Return the stored appointment as the API shows it in lists."""
    latest = [
        {"connector_id": connector_id, **delivery}
        for connector_id, delivery in item.get("connectors", {}).items()
    ]
    return AppointmentRow.model_validate(
        item | {"appointment_key": item["_id"], "deliveries": latest}
    )


FORGOTTEN_ORDER: dict[str, Any] = {
    "appointment_key": "demo/37743",
    "connector_ids": ["7d3f0c2a91be"],
}


class ForgottenOrder(BaseModel):
    """The appointment whose order of versions is forgotten, and the connectors concerned."""

    model_config = ConfigDict(json_schema_extra={"example": FORGOTTEN_ORDER})

    appointment_key: str
    connector_ids: list[str] = Field(
        description="The connectors with deliveries of the appointment."
    )


EXPORT_COLUMNS = tuple(AppointmentRow.model_fields)
