"""How a whole list is answered as a file, in constant memory."""

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
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": CONTENT, "description": "The rows."}}
Format = Annotated[
    ExportFormat,
    Field(
        description=(
            "How the rows are written: CSV in UTF-8 with commas, CSV that Excel of every country "
            "opens (UTF-16 with tabs), or JSON lines."
        )
    ),
]


async def as_download(
    name: str,
    kind: ExportFormat,
    read: Read,
    page: Page,
    shown: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> StreamingResponse:
    """Return every item from the first on, in the page's order; ``columns`` are those of CSV."""
    batches = await read_batches(read, page)
    rows: AsyncIterator[str | bytes]
    if kind is ExportFormat.JSON_LINES:
        rows = json_lines(batches, shown)
    elif kind is ExportFormat.EXCEL:
        rows = as_excel(batches, shown, columns)
    else:
        rows = as_csv(batches, shown, columns)
    return StreamingResponse(rows, media_type=MEDIA_TYPES[kind], headers=_named(name, kind))


def _named(name: str, kind: ExportFormat) -> dict[str, str]:
    end = "csv" if kind.has_cells else kind
    return {"Content-Disposition": f'attachment; filename="{name}.{end}"'}
