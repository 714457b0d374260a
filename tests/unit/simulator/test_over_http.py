"""Faults through a client with retries, over loopback, without other servers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from local_stack.servers.ports import random_free_port
from simulator.errors import RefusedError
from simulator.planners.changes import Change, Changes
from simulator.planners.clock import stepping_clock
from simulator.planners.ingest import IngestClient

BODY = b'{"Id":1,"LastModifiedDate":"2026-07-21T14:00:00.000"}'


@pytest.fixture
def back_office(address: str) -> str:
    return address


async def counts(http: aiohttp.ClientSession, back_office: str) -> dict[str, int]:
    async with http.get(back_office) as answer:
        found: dict[str, int] = await answer.json()
        return found


async def post(
    http: aiohttp.ClientSession, back_office: str, timeout_s: float = 5
) -> tuple[int, str | None]:
    async with http.post(
        back_office, data=BODY, timeout=aiohttp.ClientTimeout(timeout_s)
    ) as answer:
        return answer.status, answer.headers.get("Retry-After")


async def set_fault(http: aiohttp.ClientSession, back_office: str, **fault: object) -> None:
    async with http.put(f"{back_office}/faults", json=fault) as answer:
        assert answer.status == 200, await answer.text()


async def test_a_healthy_back_office_stores_and_answers(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    assert await post(http, back_office) == (200, None)

    async with http.get(
        f"{back_office}/records", params={"appointment": "1", "limit": "1"}
    ) as answer:
        page = await answer.json()
    assert page["records"][0]["body"].encode() == BODY
    assert page["next"] == 1


async def test_a_status_fault_stores_nothing_and_heals_after_its_times(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    await set_fault(http, back_office, status=503, retry_after_s=1, times=1)

    assert await post(http, back_office) == (503, "1")
    assert (await counts(http, back_office))["stored"] == 0
    assert await post(http, back_office) == (200, None)


async def test_a_delayed_call_is_stored_and_answered_late(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    await set_fault(http, back_office, delay_s=0.1)
    began = asyncio.get_running_loop().time()

    assert await post(http, back_office) == (200, None)

    assert asyncio.get_running_loop().time() - began >= 0.1
    assert (await counts(http, back_office))["stored"] == 1


async def test_a_reset_cuts_the_connection_and_stores_nothing(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    await set_fault(http, back_office, reset=True, times=1)

    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await post(http, back_office)

    assert (await counts(http, back_office))["stored"] == 0
    assert await post(http, back_office) == (200, None)


async def test_store_then_silence_stores_and_never_answers(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    await set_fault(http, back_office, store_then_silence=True)

    with pytest.raises(TimeoutError):
        await post(http, back_office, timeout_s=0.2)

    assert (await counts(http, back_office))["stored"] == 1


async def test_removed_faults_are_gone(http: aiohttp.ClientSession, back_office: str) -> None:
    await set_fault(http, back_office, status=500)

    await http.delete(f"{back_office}/faults")

    assert await post(http, back_office) == (200, None)


async def test_a_bad_fault_is_a_422_naming_the_field(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    async with http.put(f"{back_office}/faults", json={"status": 503, "share": 2}) as answer:
        problem = await answer.json()

    assert (answer.status, answer.content_type) == (422, "application/problem+json")
    assert problem["errors"][0]["field"] == "share"


async def test_an_unsigned_call_is_refused_once_a_secret_is_set(
    http: aiohttp.ClientSession, back_office: str
) -> None:
    await http.put(
        f"{back_office}/secret", json={"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    )

    assert (await post(http, back_office))[0] == 401

    await http.delete(f"{back_office}/secret")
    assert (await post(http, back_office))[0] == 200


def a_change() -> Change:
    return Changes(7, 1, ("A",), stepping_clock(datetime(2026, 7, 21, tzinfo=UTC))).next()


async def an_ingest(
    answers: list[web.Response], heard: list[tuple[str, str | None, bytes]], port: int | None = None
) -> TestServer:
    async def answer(request: web.Request) -> web.Response:
        heard.append((request.path, request.headers.get("X-API-KEY"), await request.read()))
        return answers.pop(0)

    app = web.Application()
    app.add_routes([web.post("/{path:.*}", answer)])
    server = TestServer(app, port=port)
    await server.start_server()
    return server


def accepted() -> web.Response:
    return web.json_response({"transactions": ["t1"]}, status=202)


async def test_a_change_that_ingest_does_not_accept_is_posted_again_to_the_byte(
    http: aiohttp.ClientSession,
) -> None:
    heard: list[tuple[str, str | None, bytes]] = []
    reasons: list[str] = []
    server = await an_ingest(
        [web.Response(status=503, headers={"Retry-After": "0"}), accepted()], heard
    )
    change = a_change()

    transaction = await IngestClient(http, str(server.make_url("/")), "demo", "secret").report(
        change, reasons.append
    )

    assert transaction == "t1"
    assert heard == [("/webhooks/demo/appointment-created", "secret", change.body)] * 2
    assert reasons == ["status 503"]
    await server.close()


async def test_a_change_is_posted_again_when_ingest_could_not_be_reached(
    http: aiohttp.ClientSession,
) -> None:
    reasons: list[str] = []
    port = random_free_port()
    reporting = asyncio.create_task(
        IngestClient(http, f"http://127.0.0.1:{port}", "demo", "secret").report(
            a_change(), reasons.append
        )
    )
    await asyncio.sleep(0.1)

    server = await an_ingest([accepted()], [], port)

    assert await asyncio.wait_for(reporting, 5) == "t1"
    assert reasons
    await server.close()


async def test_a_change_that_ingest_refuses_is_not_posted_again(
    http: aiohttp.ClientSession,
) -> None:
    server = await an_ingest([web.Response(status=401)], [])

    with pytest.raises(RefusedError, match="401"):
        await IngestClient(http, str(server.make_url("/")), "demo", "wrong").report(
            a_change(), lambda _: None
        )
    await server.close()
