"""Answers with a whole list as a file, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi.responses import StreamingResponse
from pydantic import Field

from portal_api.exports.batches import read_batches
from portal_api.exports.formats import ExportFormat, as_csv, as_excel, json_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from pydantic import BaseModel

    from portal_api.exports.batches import Read
    from portal_api.schemas.paging import Page

CONTENT: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/x-ndjson": {"schema": {"type": "string"}},
}
MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.EXCEL: "text/csv; charset=utf-16",
    ExportFormat.JSON_LINES: "application/x-ndjson",
}
DOWNLOAD_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": CONTENT, "description": "The rows."}
}
Format = Annotated[
    ExportFormat,
    Field(
        description=(
            "The format of the rows: CSV in UTF-8 with commas, CSV for Excel in every country "
            "(UTF-16 with tabs), or JSON lines."
        )
    ),
]


async def as_download(
    name: str,
    export_format: ExportFormat,
    read: Read,
    page: Page,
    as_row: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> StreamingResponse:
    """Return every item in the page's order, from the first. ``columns`` are those of CSV."""
    batches = await read_batches(read, page)
    rows: AsyncIterator[str | bytes]
    if export_format is ExportFormat.JSON_LINES:
        rows = json_lines(batches, as_row)
    elif export_format is ExportFormat.EXCEL:
        rows = as_excel(batches, as_row, columns)
    else:
        rows = as_csv(batches, as_row, columns)
    return StreamingResponse(
        rows, media_type=MEDIA_TYPES[export_format], headers=_headers(name, export_format)
    )


def _headers(name: str, export_format: ExportFormat) -> dict[str, str]:
    extension = "csv" if export_format.has_cells else export_format
    return {"Content-Disposition": f'attachment; filename="{name}.{extension}"'}
