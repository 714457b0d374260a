"""``/api/appointments``: one row for each appointment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from portal_api.appointments.schemas import (
    EXPORT_COLUMNS,
    AppointmentDetails,
    AppointmentExportQuery,
    AppointmentPage,
    AppointmentQuery,
    as_row,
)
from portal_api.auth.audited_download import audited_download
from portal_api.connectors.schemas import ConnectorResponse, as_response
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector
    from portal_api.exports.batches import Batch
    from portal_api.schemas.paging import Page
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import DeliveryQueries

    ConnectorVersions = Mapping[tuple[str, int | None], Connector]


def appointments(queries: DeliveryQueries, store: Connectors) -> APIRouter:
    """Return the router of appointments."""
    router = APIRouter(tags=["Appointments"])

    @router.get(
        "/appointments/export",
        response_class=StreamingResponse,
        responses=DOWNLOAD_RESPONSES,
    )
    async def export_appointments(
        request: Request,
        query: Annotated[AppointmentExportQuery, Query()],
    ) -> StreamingResponse:
        """Export the list of appointments into a file."""
        await queries.refuse_full_scan(
            "appointments", query.indexed_query(), query.unindexed_names()
        )
        wanted = query.mongodb_query()

        async def read(page: Page) -> tuple[Batch, str | None]:
            return await queries.appointments(wanted, page)

        return await audited_download(
            request,
            as_download("appointments", query.format, read, query.page(), as_row, EXPORT_COLUMNS),
        )

    @router.get("/appointments")
    async def list_appointments(query: Annotated[AppointmentQuery, Query()]) -> AppointmentPage:
        """List appointments, the newest transaction first."""
        await queries.refuse_full_scan(
            "appointments", query.indexed_query(), query.unindexed_names()
        )
        items, following = await queries.appointments(query.mongodb_query(), query.page())
        return AppointmentPage(items=[as_row(item) for item in items], next=following)

    @router.get("/appointments/{appointment_key:path}", responses={404: PROBLEMS[404]})
    async def read_appointment(appointment_key: str) -> AppointmentDetails:
        """Read one appointment: change tracking, identification values, and its deliveries to each
        connector.
        """
        found, deliveries = await queries.appointment(appointment_key)
        attempts = [attempt for delivery in deliveries for attempt in delivery["attempts"]]
        versions = await store.versions(
            (a["connector_id"], a.get("connector_version")) for a in attempts
        )
        connectors = await store.get_many(delivery["connector_id"] for delivery in deliveries)
        return AppointmentDetails.model_validate(
            as_row(found).model_dump() | {"activity": _activity(deliveries, versions, connectors)}
        )

    return router


def _activity(
    deliveries: list[dict[str, Any]],
    versions: ConnectorVersions,
    connectors: Mapping[str, Connector],
) -> list[dict[str, Any]]:
    """Return the deliveries by connector, each with the settings of then and of now."""
    by_connector: dict[str, dict[str, Any]] = {}
    for delivery in deliveries:
        connector_id = delivery["connector_id"]
        settings = as_response(connectors[connector_id]) if connector_id in connectors else None
        head = {
            "connector_id": connector_id,
            "connector_name": delivery.get("connector_name"),
            "settings_now": settings,
            "deliveries": [],
        }
        attempts = [
            attempt | {"settings_then": _settings_of(attempt, versions)}
            for attempt in delivery["attempts"]
        ]
        by_connector.setdefault(connector_id, head)["deliveries"].append(
            delivery | {"delivery_id": delivery["_id"], "attempts": attempts}
        )
    return list(by_connector.values())


def _settings_of(attempt: dict[str, Any], versions: ConnectorVersions) -> ConnectorResponse | None:
    version = versions.get((attempt["connector_id"], attempt.get("connector_version")))
    return as_response(version) if version else None
