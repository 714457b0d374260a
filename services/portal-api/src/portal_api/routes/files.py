"""How a whole list is answered as a file, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi.responses import StreamingResponse
from pydantic import Field

from portal_api.exports.batches import begun
from portal_api.exports.formats import ExportFormat, as_csv, json_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pydantic import BaseModel

    from portal_api.exports.batches import Read
    from portal_api.store.pages import Page

CONTENT: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/x-ndjson": {"schema": {"type": "string"}},
}
ANSWERS: dict[int | str, dict[str, Any]] = {200: {"content": CONTENT, "description": "The rows."}}
Format = Annotated[ExportFormat, Field(description="How the rows are written.")]


async def as_file(
    name: str,
    kind: ExportFormat,
    read: Read,
    page: Page,
    shown: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> StreamingResponse:
    """Return every item from the first on, in the page's order; ``columns`` are those of CSV."""
    batches, is_csv = await begun(read, page), kind is ExportFormat.CSV
    rows = as_csv(batches, shown, columns) if is_csv else json_lines(batches, shown)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return StreamingResponse(
        rows,
        media_type="text/csv; charset=utf-8" if is_csv else "application/x-ndjson",
        headers=headers,
    )
