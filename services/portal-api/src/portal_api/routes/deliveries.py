"""``/api/deliveries``: the deliveries, and one delivery with its attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from common.contracts.delivery import Status
from portal_api.auth.audited_download import audited_download
from portal_api.connectors.schemas import as_response
from portal_api.deliveries.automatic_retry import automatic_retry
from portal_api.deliveries.schemas import (
    EXPORT_COLUMNS,
    DeliveryDetails,
    DeliveryExportQuery,
    DeliveryPage,
    DeliveryQuery,
    as_delivery,
    with_delivery_id,
)
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable

    from common.contracts.telemetry import TimerJob
    from portal_api.exports.batches import Batch
    from portal_api.schemas.paging import Page
    from portal_api.store.connectors import Connectors
    from portal_api.store.deliveries import DeliveryQueries


def deliveries(
    queries: DeliveryQueries, store: Connectors, timer_job: Callable[[], TimerJob | None]
) -> APIRouter:
    """Return the router of deliveries."""
    router = APIRouter(tags=["Transactions"])

    @router.get(
        "/deliveries/export",
        response_class=StreamingResponse,
        responses=DOWNLOAD_RESPONSES,
    )
    async def export_deliveries(
        request: Request,
        query: Annotated[DeliveryExportQuery, Query()],
    ) -> StreamingResponse:
        """Export the list of deliveries into a file."""
        await queries.refuse_full_scan("deliveries", query.indexed_query(), query.unindexed_names())

        async def read(page: Page) -> tuple[Batch, str | None]:
            return await queries.deliveries(query, page)

        return await audited_download(
            request,
            as_download(
                "transactions", query.format, read, query.page(), as_delivery, EXPORT_COLUMNS
            ),
        )

    @router.get("/deliveries")
    async def list_deliveries(query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
        """List deliveries, the newest first."""
        await queries.refuse_full_scan("deliveries", query.indexed_query(), query.unindexed_names())
        items, following = await queries.deliveries(query, query.page())
        return DeliveryPage(items=[as_delivery(item) for item in items], next=following)

    @router.get("/deliveries/{delivery_id}", responses={404: PROBLEMS[404]})
    async def read_delivery(delivery_id: str) -> DeliveryDetails:
        """Read one delivery with its attempts, the newest first."""
        found = await queries.delivery(delivery_id)
        used_version = found["connector_id"], found.get("connector_version")
        versions = await store.versions([used_version])
        connectors = await store.get_many([found["connector_id"]])
        current = connectors.get(found["connector_id"])
        settings = {"settings_then": versions.get(used_version), "settings_now": current}
        newer = await queries.newer(found) if found.get("status") == Status.FAILED else None
        version = current.version if current else None
        retry = automatic_retry(found, newer, version, timer_job(), current)
        return DeliveryDetails.model_validate(
            with_delivery_id(found)
            | {
                name: as_response(connector) if connector else None
                for name, connector in settings.items()
            }
            | {"automatic_retry": retry._asdict() if retry else None}
        )

    return router
