"""The portal API with a million deliveries: the response times of its lists, and the memory of an
export.
"""

from __future__ import annotations

import random
import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import aiohttp
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks.rig import API_KEY
from common.contracts.delivery import Phase, Status, StatusChanged, Trigger
from portal_api.store.delivery_projections import of_status
from portal_api.store.indexes import create_indexes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.rig import Rig

INSERT_BATCH = 5_000
PAGE = resource.getpagesize()
REQUESTS = 40
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
LISTS: Mapping[str, Mapping[str, str]] = {
    "first_page": {},
    "filter": {"status": "Failed", "connector_id": "lane"},
    "sort": {"sort": "subject"},
    "search": {"search": "compressor op000777"},
    "errors": {"troubled": "true"},
}


async def fill(rig: Rig, count: int) -> None:
    """Insert this number of deliveries, as the recorder writes them, in batches."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(rig.mongodb_url, tz_aware=True)
    database = client["bench"]
    await database["deliveries"].drop()
    await create_indexes(database)
    chance = random.Random(1)
    for first in range(0, count, INSERT_BATCH):
        documents = [
            _document(number, chance) for number in range(first, min(first + INSERT_BATCH, count))
        ]
        await database["deliveries"].insert_many(documents, ordered=False)
    client.close()


async def list_times(rig: Rig) -> dict[str, float]:
    """Return the 95th percentile of each list in milliseconds. The last page is requested by its
    key.
    """
    base = f"http://127.0.0.1:{rig.running['portal-api'][1]}/api/deliveries"
    async with aiohttp.ClientSession(headers={"X-API-KEY": API_KEY}) as session:
        found = {name: await _p95(session, base, query) for name, query in LISTS.items()}
        last = await _ask(session, base, {"sort": "received_at", "limit": "10"})
        found["last_page"] = await _p95(
            session, base, {"after": last["next"], "sort": "received_at"}
        )
    return found


async def export(rig: Rig) -> tuple[float, float]:
    """Return the rows per second of a full export, and its peak memory in MiB above the process's
    memory before.
    """
    process, port = rig.running["portal-api"]
    before, began, lines = _resident(process.pid), time.monotonic(), 0
    peak = before
    url = f"http://127.0.0.1:{port}/api/deliveries/export?format=jsonl"
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(headers={"X-API-KEY": API_KEY}, timeout=timeout) as session,
        session.get(url) as answer,
    ):
        async for chunk in answer.content.iter_any():
            lines += chunk.count(b"\n")
            peak = max(peak, _resident(process.pid))
    return lines / (time.monotonic() - began), peak - before


async def _p95(session: aiohttp.ClientSession, url: str, query: Mapping[str, str]) -> float:
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        await _ask(session, url, query)
        times.append((time.perf_counter() - began) * 1000)
    return quantiles(times, n=20)[18]


async def _ask(
    session: aiohttp.ClientSession, url: str, query: Mapping[str, str]
) -> dict[str, Any]:
    async with session.get(url, params=query) as answer:
        page: dict[str, Any] = await answer.json()
        if answer.status != 200:
            raise RuntimeError(f"{url} {query} was answered {answer.status}")
        return page


def _document(number: int, chance: random.Random) -> dict[str, Any]:
    """Return one delivery as a document of the projection."""
    is_failed = chance.random() < 0.02
    event = StatusChanged.model_validate(
        {
            "delivery_id": f"bench{number}.lane",
            "attempt": 1,
            "phase": Phase.DONE,
            "status": Status.FAILED if is_failed else Status.SUCCESS,
            "trigger": Trigger.SERVICE,
            "connector_id": "lane",
            "connector_name": "Bench",
            "transaction_id": f"bench{number}",
            "action": "update",
            "received_at": BEGAN + timedelta(seconds=number),
            "appointment": _appointment(number),
            "at": BEGAN + timedelta(seconds=number + 1),
            "code": "DSWBHK020" if is_failed else None,
            "message": f"[DSWBHK020] Status code: 502. Job OP{number:06}." if is_failed else None,
        }
    )
    [(_, update), *_] = of_status(event)
    changes: dict[str, Any] = _setting(update)
    return {"_id": event.delivery_id, "archived": False} | changes


def _appointment(number: int) -> dict[str, Any]:
    job = f"OP{number % 200_000:06}"
    subject = f"{job} Replace compressor"
    return {
        "key": f"bench/{number}",
        "appointment_id": number,
        "subject": subject,
        "source_app": "BENCH",
        "job_no": job,
        "task_no": job,
        "modified_at": BEGAN,
    }


# The fields that the recorder sets.
_setting: Callable[[Any], dict[str, Any]] = lambda update: update._doc["$set"]  # noqa: E731, SLF001


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE / 2**20


async def measure(rig: Rig, count: int, add: Callable[[str, float, str], None]) -> None:
    """Measure everything and add the figures."""
    await fill(rig, count)
    for name, milliseconds in (await list_times(rig)).items():
        add(f"portal_{name}_p95", milliseconds, "ms")
    await rig.stop("portal-api")
    await rig.start(
        "portal-api", PORTAL_API_KEY=API_KEY
    )  # a new process, whose memory holds nothing of before
    rate, memory = await export(rig)
    add("export_rate", rate, "rows/s")
    add("export_memory", memory, "MiB")
