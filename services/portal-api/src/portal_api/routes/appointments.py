"""``/api/appointments``: one row per appointment, the newest transaction first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from portal_api.appointments.schemas import (
    EXPORT_COLUMNS,
    AppointmentDetails,
    AppointmentExportQuery,
    AppointmentPage,
    AppointmentQuery,
    as_row,
)
from portal_api.connectors.schemas import ConnectorResponse, as_response
from portal_api.exports.download import ANSWERS, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector
    from portal_api.exports.batches import Batch
    from portal_api.schemas.paging import Page
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import DeliveryQueries

    Settings = Mapping[tuple[str, int | None], Connector]


def appointments(queries: DeliveryQueries, store: Connectors) -> APIRouter:
    """Return the routes."""
    router = APIRouter(tags=["Appointments"])

    @router.get(
        "/appointments/export",
        response_class=StreamingResponse,
        responses=ANSWERS,
    )
    async def export_appointments(
        query: Annotated[AppointmentExportQuery, Query()],
    ) -> StreamingResponse:
        """Write every appointment of a list into a file."""
        await queries.refuse_full_scan("appointments", query.indexed(), query.unindexed())
        wanted = query.wanted()

        async def read(page: Page) -> tuple[Batch, str | None]:
            return await queries.appointments(wanted, page)

        return await as_download(
            "appointments", query.format, read, query.page(), as_row, EXPORT_COLUMNS
        )

    @router.get("/appointments")
    async def list_appointments(query: Annotated[AppointmentQuery, Query()]) -> AppointmentPage:
        """List appointments, the newest transaction first."""
        await queries.refuse_full_scan("appointments", query.indexed(), query.unindexed())
        items, following = await queries.appointments(query.wanted(), query.page())
        return AppointmentPage(items=[as_row(item) for item in items], next=following)

    @router.get("/appointments/{appointment_key:path}", responses={404: PROBLEMS[404]})
    async def read_appointment(appointment_key: str) -> AppointmentDetails:
        """Read one appointment: change tracking, identification values, and what each
        connector was sent.
        """
        found, sent = await queries.appointment(appointment_key)
        attempts = [attempt for delivery in sent for attempt in delivery["attempts"]]
        then = await store.versions(
            (a["connector_id"], a.get("connector_version")) for a in attempts
        )
        now = await store.get_many(delivery["connector_id"] for delivery in sent)
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
        settings = as_response(now[connector_id]) if connector_id in now else None
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


def _settings(attempt: dict[str, Any], then: Settings) -> ConnectorResponse | None:
    found = then.get((attempt["connector_id"], attempt.get("connector_version")))
    return as_response(found) if found else None
