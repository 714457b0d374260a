"""``/api/logs``: the log lines of all services."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from portal_api.auth.audited_download import audited_download
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
from portal_api.logs.schemas import (
    LogExportQuery,
    LogLine,
    LogLineRow,
    LogPage,
    LogQuery,
    as_log_line,
)

if TYPE_CHECKING:
    from portal_api.store.logs import Logs


def logs(store: Logs) -> APIRouter:
    """Return the router of logs."""
    router = APIRouter(tags=["Logs"])

    @router.get("/logs")
    async def list_logs(query: Annotated[LogQuery, Query()]) -> LogPage:
        """List the log lines of all services, the newest first. A new line appears after about a
        second.
        """
        items, following = await store.page(query.mongodb_query(), query.page())
        return LogPage(items=[as_log_line(item) for item in items], next=following)

    @router.get("/logs/export", response_class=StreamingResponse, responses=DOWNLOAD_RESPONSES)
    async def export_logs(
        request: Request, query: Annotated[LogExportQuery, Query()]
    ) -> StreamingResponse:
        """Export the list of log lines into a file, the newest first."""
        kind = LogLineRow if query.format.has_cells else LogLine

        return await audited_download(
            request,
            as_download(
                "logs",
                query.format,
                partial(store.page, query.mongodb_query()),
                query.page(),
                partial(as_log_line, kind=kind),
                tuple(LogLine.model_fields),
            ),
        )

    return router
