"""``/api/deliveries/export`` and ``/api/appointments/export``: a list as CSV or JSON lines, however
long, in constant memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from portal_api.exports.download import ANSWERS, Format, as_file
from portal_api.exports.formats import ExportFormat
from portal_api.routes.appointments import AppointmentQuery, AppointmentRow, as_row
from portal_api.routes.deliveries import AppointmentFacts, Delivery, DeliveryQuery, as_delivery

if TYPE_CHECKING:
    from portal_api.exports.batches import Batch
    from portal_api.schemas.paging import Page
    from portal_api.store.deliveries import Reader

DELIVERY_COLUMNS = (
    *(name for name in Delivery.model_fields if name != "appointment"),
    *(f"appointment_{name}" for name in AppointmentFacts.model_fields),
)
APPOINTMENT_COLUMNS = tuple(AppointmentRow.model_fields)


class ExportQuery(DeliveryQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


class AppointmentExportQuery(AppointmentQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


def export(reader: Reader) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get(
        "/appointments/export",
        response_class=StreamingResponse,
        responses=ANSWERS,
        tags=["Appointments"],
    )
    async def export_appointments(
        query: Annotated[AppointmentExportQuery, Query()],
    ) -> StreamingResponse:
        """Write every appointment of a list into a file."""
        await reader.narrow_enough("appointments", query.straight(), query.looked_at())
        wanted = query.wanted()

        async def read(page: Page) -> tuple[Batch, str | None]:
            return await reader.appointments(wanted, page)

        return await as_file(
            "appointments", query.format, read, query.page(), as_row, APPOINTMENT_COLUMNS
        )

    @router.get(
        "/deliveries/export",
        response_class=StreamingResponse,
        responses=ANSWERS,
        tags=["Transactions"],
    )
    async def export_deliveries(query: Annotated[ExportQuery, Query()]) -> StreamingResponse:
        """Write every delivery of a list into a file."""
        await reader.narrow_enough("deliveries", query.straight(), query.looked_at())
        wanted = query.wanted()

        async def read(page: Page) -> tuple[Batch, str | None]:
            return await reader.deliveries(wanted, query.phase, page)

        return await as_file(
            "transactions", query.format, read, query.page(), as_delivery, DELIVERY_COLUMNS
        )

    return router
