"""``/api/deliveries/export``: a list as CSV or JSON lines, however long, in constant memory."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from portal_api.routes.deliveries import Delivery, DeliveryQuery, as_delivery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from portal_api.store.reader import Reader

FACTS = ("key", "appointment_id", "appointment_no", "subject", "start", "end", "source_app", "source_type", "job_no", "task_no", "modified_at", "modified_by")
COLUMNS = tuple(name for name in Delivery.model_fields if name != "appointment")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


class ExportFormat(StrEnum):
    """How the rows are written."""

    CSV = "csv"
    JSON_LINES = "jsonl"


class ExportQuery(DeliveryQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and ``after`` mean nothing here."""

    format: ExportFormat = ExportFormat.CSV


def export(reader: Reader) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Transactions"])
    kinds = {ExportFormat.CSV: ("text/csv; charset=utf-8", _csv), ExportFormat.JSON_LINES: ("application/x-ndjson", _json_lines)}
    content: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {"schema": {"type": "string"}}}

    @router.get("/deliveries/export", response_class=StreamingResponse, responses={200: {"content": content, "description": "The rows."}})
    async def export_deliveries(query: Annotated[ExportQuery, Query()]) -> StreamingResponse:
        """Write every delivery of a list into a file."""
        kind, write = kinds[query.format]
        batches = await _begun(reader.all_deliveries(query.wanted(), query.phase, query.page()))
        headers = {"Content-Disposition": f'attachment; filename="transactions.{query.format}"'}
        return StreamingResponse(write(batches), media_type=kind, headers=headers)

    return router


async def _begun(batches: AsyncIterator[Sequence[dict[str, Any]]]) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """Read the first rows before anything is answered, so that trouble is still answered as a problem."""
    first = await anext(batches)

    async def all_of_them() -> AsyncIterator[Sequence[dict[str, Any]]]:
        yield first
        async for batch in batches:
            yield batch

    return all_of_them()


async def _csv(batches: AsyncIterator[Sequence[dict[str, Any]]]) -> AsyncIterator[str]:
    yield _line((*COLUMNS, *(f"appointment_{name}" for name in FACTS)))
    async for batch in batches:
        yield "".join(_line(_cells(item)) for item in batch)


async def _json_lines(batches: AsyncIterator[Sequence[dict[str, Any]]]) -> AsyncIterator[str]:
    async for batch in batches:
        yield "".join(as_delivery(item).model_dump_json() + "\n" for item in batch)


def _cells(item: dict[str, Any]) -> list[str]:
    row = json.loads(as_delivery(item).model_dump_json())
    facts = row.pop("appointment") or {}
    values = [*(row[name] for name in COLUMNS), *(facts.get(name) for name in FACTS)]
    return [_harmless("" if value is None else str(value)) for value in values]


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
