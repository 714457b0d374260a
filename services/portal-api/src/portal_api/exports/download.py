"""Answers with a whole list as a file, in constant memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi.responses import StreamingResponse
from pydantic import Field

from portal_api.exports.batches import read_batches
from portal_api.exports.formats import ExportFormat, as_csv, as_excel, json_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from pydantic import BaseModel
    from starlette.types import Message, Receive, Scope, Send

    from portal_api.exports.batches import Batch, Read
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


class Download(StreamingResponse):
    """A list as a file.

    ``rows`` is the number of rows read for it, and ``is_complete`` says that all of them were sent.
    ``on_end`` is called once in the end, also when the client left.
    """

    def __init__(
        self,
        batches: AsyncIterator[Batch],
        write: Callable[[AsyncIterator[Batch]], AsyncIterator[str | bytes]],
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(write(self._counted(batches)), media_type=media_type, headers=headers)
        self.rows = 0
        self.is_complete = False
        self.on_end: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, then call ``on_end``."""
        try:
            await super().__call__(scope, receive, self._observed(send))
        finally:
            if self.on_end is not None:
                await self.on_end()

    def _observed(self, send: Send) -> Send:
        async def observed(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.is_complete = True

        return observed

    async def _counted(self, batches: AsyncIterator[Batch]) -> AsyncIterator[Batch]:
        async for batch in batches:
            self.rows += len(batch)
            yield batch


async def as_download(
    name: str,
    export_format: ExportFormat,
    read: Read,
    page: Page,
    as_row: Callable[[dict[str, Any]], BaseModel],
    columns: Sequence[str],
) -> Download:
    """Return every item in the page's order, from the first. ``columns`` are those of CSV."""

    def write(batches: AsyncIterator[Batch]) -> AsyncIterator[str | bytes]:
        if export_format is ExportFormat.JSON_LINES:
            return json_lines(batches, as_row)
        if export_format is ExportFormat.EXCEL:
            return as_excel(batches, as_row, columns)
        return as_csv(batches, as_row, columns)

    batches = await read_batches(read, page)
    return Download(batches, write, MEDIA_TYPES[export_format], _headers(name, export_format))


def _headers(name: str, export_format: ExportFormat) -> dict[str, str]:
    extension = "csv" if export_format.has_cells else export_format
    return {"Content-Disposition": f'attachment; filename="{name}.{extension}"'}
