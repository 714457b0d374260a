"""Exports have the filters and the order of the lists, take constant memory, and stop when their
client disconnects.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import csv
import io
import json
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from common.contracts.delivery import Status
from common.database import open_database
from common.process import serve_http
from local_stack.servers.ports import random_free_port
from portal_api.deliveries.schemas import as_delivery
from portal_api.exports import batches
from portal_api.exports.batches import read_batches
from portal_api.exports.formats import json_lines
from portal_api.recording.record import Recorder
from portal_api.schemas.paging import Page
from portal_api.store.delivery_projections import delivery_of
from portal_api.store.writer import Writer
from tests.support.builders import A_MOMENT, an_event
from tests.support.system import API_KEY, System, until

MANY = 23
SOURCE = f"export-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module", autouse=True)
async def stored(system: System) -> AsyncIterator[None]:
    """This many recorded deliveries, next to those of the other tests."""
    database = open_database(system.mongodb_url, system.database)
    statuses = [Status.FAILED, Status.SUCCESS, None]
    events = [
        an_event(
            status=statuses[n % 3],
            number=n,
            key=f"{SOURCE}/{n}",
            source_app=SOURCE,
            subject=f"=Überholung; {n % 4}\n",
            job_no=f"OP{n % 5}",
        )
        for n in range(MANY)
    ]
    events = [
        event.model_copy(
            update={"delivery_id": f"{SOURCE}-{n}.c1", "transaction_id": f"{SOURCE}-{n}"}
        )
        for n, event in enumerate(events)
    ]
    await Recorder(Writer(database)).record_statuses(events)
    yield
    await database["deliveries"].delete_many({"appointment.source_app": SOURCE})
    await database["appointments"].delete_many({"source_app": SOURCE})
    await database["attempts"].delete_many({"transaction_id": {"$regex": f"^{SOURCE}"}})
    database.client.close()


async def export(system: System, of: str, kind: str, **query: Any) -> str:
    url, asked = (
        f"{system.services['portal-api'].url}/api/{of}/export",
        {"format": kind, "source_app": SOURCE} | query,
    )
    async with system.http.get(url, params=asked, headers={"X-API-KEY": API_KEY}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


QUERIES: tuple[dict[str, Any], ...] = (
    {},
    {"status": ["Failed", "Success"], "sort": "job_no"},
    {
        "subject_begins": "=Ü",
        "received_from": (A_MOMENT + timedelta(seconds=5)).isoformat(),
        "sort": "-subject",
    },
    {"search": "uberholung op3", "sort": "-status"},
    {"job_no": ["OP1", "OP2"], "status_empty": "true", "sort": "received_at"},
)


@pytest.mark.parametrize("query", QUERIES, ids=str)
async def test_the_rows_of_a_file_are_those_of_the_list_in_its_order(
    system: System, query: dict[str, Any]
) -> None:
    _, page = await system.api(
        "GET", "/deliveries", params={"source_app": SOURCE, "limit": "200"} | query
    )

    lines = [
        json.loads(line)
        for line in (await export(system, "deliveries", "jsonl", **query)).splitlines()
    ]
    rows = list(csv.DictReader(io.StringIO(await export(system, "deliveries", "csv", **query))))

    assert lines == page["items"]
    assert [row["delivery_id"] for row in rows] == [item["delivery_id"] for item in page["items"]]
    assert all(row["appointment_subject"].startswith("'=Überholung; ") for row in rows)
    assert len(lines) > 2


@pytest.mark.parametrize("of", ["deliveries", "appointments"])
async def test_a_file_for_excel_has_the_same_rows_as_every_country_reads_them(
    system: System, of: str
) -> None:
    url = f"{system.services['portal-api'].url}/api/{of}/export"
    query = {"source_app": SOURCE, "format": "excel"}
    async with system.http.get(url, params=query, headers={"X-API-KEY": API_KEY}) as answer:
        raw, named = await answer.read(), answer.headers["Content-Disposition"]

    rows = csv.DictReader(io.StringIO(raw.decode("utf-16"), newline=""), delimiter="\t")

    assert raw.startswith(codecs.BOM_UTF16_LE)
    assert named.endswith('.csv"')
    assert list(rows) == list(csv.DictReader(io.StringIO(await export(system, of, "csv"))))


@pytest.mark.parametrize(
    "query",
    [{}, {"status": "Failed", "sort": "job_no"}, {"phase": "pending", "subject_begins": "=Ü"}],
    ids=str,
)
async def test_appointments_are_exported_too(system: System, query: dict[str, Any]) -> None:
    _, page = await system.api(
        "GET", "/appointments", params={"source_app": SOURCE, "limit": "200"} | query
    )

    lines = [
        json.loads(line)
        for line in (await export(system, "appointments", "jsonl", **query)).splitlines()
    ]
    rows = list(csv.DictReader(io.StringIO(await export(system, "appointments", "csv", **query))))

    assert lines == page["items"]
    assert [row["appointment_key"] for row in rows] == [
        item["appointment_key"] for item in page["items"]
    ]
    assert "status=" in rows[0]["deliveries"] or rows[0]["phase"] == "pending"
    assert len(lines) > 2


async def test_an_error_before_the_first_row_is_a_problem_document(system: System) -> None:
    for of in ("deliveries", "appointments"):
        status, problem = await system.api("GET", f"/{of}/export", params={"status": "Odd"})
        assert (status, problem["errors"][0]["field"]) == (422, "status")


class EndlessList:
    """A list without an end that counts its reads."""

    def __init__(self) -> None:
        self.read = 0
        self._row = delivery_of(an_event()) | {"_id": "t1.c1", "archived": False}

    async def page(self, page: Page) -> tuple[list[dict[str, Any]], str | None]:
        self.read += 1
        await asyncio.sleep(0.001)
        return [self._row] * page.limit, "on and on"


@contextlib.asynccontextmanager
async def streaming(endless: EndlessList) -> AsyncIterator[aiohttp.ClientResponse]:
    """An export of that list whose first row has arrived."""
    port = random_free_port()

    async def answer(_: Request) -> StreamingResponse:
        rows = await read_batches(
            endless.page, Page("received_at", is_descending=True, limit=1, after=None)
        )
        return StreamingResponse(json_lines(rows, as_delivery))

    async with (
        serve_http(Starlette(routes=[Route("/", answer)]), "127.0.0.1", port),
        aiohttp.ClientSession() as http,
    ):

        async def asked() -> aiohttp.ClientResponse | None:
            with contextlib.suppress(aiohttp.ClientError):
                return await http.get(f"http://127.0.0.1:{port}/")
            return None

        async with await until(asked, "the export to begin") as answered:
            await answered.content.readline()
            yield answered


async def stopped(endless: EndlessList) -> bool:
    """Whether the export reads nothing for a while."""
    before = endless.read
    await asyncio.sleep(0.2)
    return endless.read == before


async def test_a_client_that_disconnects_stops_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "EXPORT_BATCH", 50)
    endless = EndlessList()

    async with streaming(endless) as answered:
        for _ in range(1_000):
            await answered.content.readline()
        assert endless.read > 10
        answered.close()

        await until(partial(stopped, endless), "the reading to stop")


async def test_rows_are_not_read_ahead_for_a_slow_client() -> None:
    endless = EndlessList()

    async with streaming(endless):
        await until(partial(stopped, endless), "the reading to wait for the client")

        assert endless.read < 30
