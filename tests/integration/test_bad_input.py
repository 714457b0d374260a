"""Invalid input gets a clear answer. Nothing is published, and nothing is lost."""

from __future__ import annotations

import asyncio
import base64
import gzip
import os
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import pytest

from common import topology
from tests.support.builders import a_snapshot, as_body
from tests.support.system import SECRET, System, until


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"{", 400, "body"),
        (b"not json", 400, "body"),
        (b'{"LastModifiedDate": "2026-07-21T14:03:09"}', 422, "Id"),
        (b'{"Id": "x", "LastModifiedDate": "2026-07-21T14:03:09"}', 422, "Id"),
        (b'{"Id": 1}', 422, "LastModifiedDate"),
        (
            (
                b'[{"Id": 1, "LastModifiedDate": "2026-07-21T14:03:09"},'
                b' {"Id": 2, "LastModifiedDate": "9999-12-31T23:59:59-05:00"}]'
            ),
            422,
            "1.LastModifiedDate",
        ),
        (b'{"Id": 1, "LastModifiedDate": "2026-07-21T14:03:09", "Qty": NaN}', 422, "Qty"),
    ],
)
async def test_a_bad_body_is_answered_with_the_field(
    system: System, body: bytes, status: int, field: str
) -> None:
    answered, problem = await system.post("create", body)

    assert (answered, problem["status"], problem["errors"][0]["field"]) == (status, status, field)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-API-KEY": "wrong"}, 401),
        ({"X-API-KEY": ""}, 401),
        ({"Content-Type": "text/xml"}, 415),
    ],
)
async def test_a_wrong_secret_or_type_is_refused(
    system: System, headers: dict[str, str], status: int
) -> None:
    answered, problem = await system.post("create", a_snapshot(), **headers)

    assert (answered, problem["status"]) == (status, status)


async def test_the_secret_may_come_as_http_basic(system: System) -> None:
    basic = base64.b64encode(f"dime:{SECRET}".encode()).decode()

    answered, _ = await system.post(
        "create",
        a_snapshot(source_app=None),
        **{"X-API-KEY": "", "Authorization": f"Basic {basic}"},
    )

    assert answered == 202


async def in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(body), 1_000):
        yield body[place : place + 1_000]


@pytest.mark.parametrize(("size", "status"), [(10_000, 202), (5_000_000, 413)])
async def test_a_body_in_chunks_is_read_and_bounded(system: System, size: int, status: int) -> None:
    url = f"{system.services['ingest'].url}/webhooks/demo/appointment-created"
    headers = {"X-API-KEY": SECRET, "Content-Type": "application/json"}
    body = as_body(a_snapshot(source_app=None, Body="x" * size))

    async with system.http.post(url, data=in_chunks(body), headers=headers) as answer:
        assert answer.status == status


async def test_a_compressed_body_is_refused(system: System) -> None:
    answered, problem = await system.post(
        "create", gzip.compress(as_body(a_snapshot())), **{"Content-Encoding": "gzip"}
    )

    assert (answered, problem["status"]) == (415, 415)


async def test_a_body_over_the_limit_is_refused(system: System) -> None:
    answered, problem = await system.post("create", a_snapshot(Body="x" * 5_000_000))

    assert (answered, problem["status"]) == (413, 413)


async def test_an_unreadable_message_is_shown_as_failed_with_its_body_and_reason(
    system: System, rabbitmq_url: str
) -> None:
    marker = f"poison-{uuid.uuid4().hex}"
    connection = await aio_pika.connect_robust(rabbitmq_url)
    async with connection:
        exchange = await (await connection.channel()).get_exchange(topology.TRANSACTIONS.name)
        await exchange.publish(
            aio_pika.Message(f'{{"not": "{marker}"}}'.encode(), delivery_mode=2, message_id=marker),
            "",
        )

    async def shown() -> str | None:
        for delivery in await system.deliveries(status="Failed"):
            _, details = await system.api("GET", f"/deliveries/{delivery['delivery_id']}")
            letter = details.get("dead_letter")
            if letter and marker in letter["body"]:
                return str(letter["reason"])
        return None

    assert "cannot be understood" in await until(shown, "the dead letter to be shown")


@pytest.mark.parametrize(
    ("command", "variable", "value"),
    [
        ("ingest", "INGEST_SECRETS", "not json"),
        ("ingest", "INGEST_PORT", "http"),
        ("dispatcher", "SECRET_KEYS", "short"),
        ("portal-api", "PORTAL_API_PORT", "-1"),
    ],
)
async def test_a_bad_setting_refuses_to_start_with_a_sentence_that_names_it(
    command: str, variable: str, value: str
) -> None:
    good = {
        "INGEST_SECRETS": '{"demo": "made-up-secret-of-a-test-0f9d3b71"}',
        "SECRET_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}",
        "PORTAL_API_KEY": "made-up-admin-key-of-a-test-93be",
    }
    program = Path(sys.executable).with_name(f"mboc-{command}")

    process = await asyncio.create_subprocess_exec(
        program, env=os.environ | good | {variable: value}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 2
    assert variable.upper() in said.decode().upper()
    assert len(said.decode().strip().splitlines()) == 1
