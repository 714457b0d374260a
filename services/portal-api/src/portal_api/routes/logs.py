"""``/api/logs``: every line that the services log."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from portal_api.exports.download import ANSWERS, as_download
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
    """Return the route."""
    router = APIRouter(tags=["Logs"])

    @router.get("/logs")
    async def list_logs(query: Annotated[LogQuery, Query()]) -> LogPage:
        """List what the services logged, the newest first; lines come in about a second after
        they were written.
        """
        items, following = await store.page(query.wanted(), query.page())
        return LogPage(items=[as_log_line(item) for item in items], next=following)

    @router.get("/logs/export", response_class=StreamingResponse, responses=ANSWERS)
    async def export_logs(query: Annotated[LogExportQuery, Query()]) -> StreamingResponse:
        """Write every line of a list into a file, the newest first."""
        kind = LogLineRow if query.format.has_cells else LogLine

        return await as_download(
            "logs",
            query.format,
            partial(store.page, query.wanted()),
            query.page(),
            partial(as_log_line, kind=kind),
            tuple(LogLine.model_fields),
        )

    return router
