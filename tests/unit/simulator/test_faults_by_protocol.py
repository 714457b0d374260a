"""Injected faults in the errors of each protocol, and corrupt successful responses."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from lxml import etree

from simulator.back_offices.fault import SoapFaultName
from simulator.page_service.faults import CATALOGUE
from simulator.routes import response_faults
from tests.unit.simulator.back_office import BackOfficeClient, Response

Call = Callable[[BackOfficeClient], Awaitable[Response]]
PROTOCOLS = {
    "webhook": BackOfficeClient.webhook,
    "page service": BackOfficeClient.create,
    "api page": BackOfficeClient.insert,
    "dataverse": BackOfficeClient.batch,
}
each_protocol = pytest.mark.parametrize("call", PROTOCOLS.values(), ids=PROTOCOLS)


async def stored(back_office: BackOfficeClient) -> int:
    return (await back_office.counts())["stored"]


@pytest.mark.parametrize("name", CATALOGUE)
async def test_a_soap_fault_of_the_catalogue_is_a_500_and_stores_nothing(
    bc: BackOfficeClient, name: str
) -> None:
    await bc.fault(soap_fault=name)

    answer = await bc.create()

    fault = etree.fromstring(answer.body)
    assert answer.status == 500
    assert fault.findtext(".//faultstring") == CATALOGUE[name].message
    assert fault.findtext(".//faultcode") == f"a:{CATALOGUE[name].exception}"
    assert fault.findtext(".//detail/{*}string") == CATALOGUE[name].message
    assert await stored(bc) == 0


def test_every_fault_of_the_catalogue_can_be_asked_for() -> None:
    assert set(SoapFaultName.__args__) == set(CATALOGUE)  # type: ignore[attr-defined]


async def test_an_odata_error_is_the_api_pages_answer(bc: BackOfficeClient) -> None:
    await bc.fault(
        odata_error={"code": "Request_EntityChanged", "message": "Changed.", "status": 409},
        retry_after_s=2,
    )

    answer = await bc.insert()

    assert (answer.status, answer.json["error"]["code"], answer.headers["Retry-After"]) == (
        409,
        "Request_EntityChanged",
        "2",
    )
    assert await stored(bc) == 0


async def test_an_odata_error_is_inside_the_batch_of_dataverse(bc: BackOfficeClient) -> None:
    await bc.fault(
        odata_error={"code": "0x80072322", "message": "Too many.", "status": 429}, retry_after_s=2
    )

    answer = await bc.batch()

    assert answer.status == 200
    assert "HTTP/1.1 429 Too Many Requests\r\n" in answer.text
    assert "Retry-After: 2\r\n" in answer.text
    assert "0x80072322" in answer.text
    assert await stored(bc) == 0


async def test_a_plain_status_has_the_words_of_the_protocol(bc: BackOfficeClient) -> None:
    await bc.fault(status=503, retry_after_s=1)

    answers = [await call(bc) for call in PROTOCOLS.values()]

    assert [(answer.status, answer.headers["Retry-After"]) for answer in answers] == [
        (503, "1")
    ] * 4
    kinds = [answer.headers["Content-Type"].partition(";")[0] for answer in answers]
    assert kinds == [
        "application/problem+json",
        "text/html",
        "application/json",
        "application/json",
    ]
    assert all(json.loads(answer.body)["error"]["code"] for answer in answers[2:])
    assert await stored(bc) == 0


@each_protocol
async def test_a_malformed_answer_breaks_off_and_the_call_is_stored(
    bc: BackOfficeClient, call: Call
) -> None:
    good = await call(bc)
    await bc.fault(malformed=True)

    answer = await call(bc)

    assert answer.status == good.status
    assert 0 < len(answer.body) < len(good.body)
    assert await stored(bc) == 2


async def test_a_malformed_answer_can_have_the_other_good_status(bc: BackOfficeClient) -> None:
    await bc.fault(malformed=200)

    assert (await bc.insert()).status == 200


@each_protocol
async def test_an_oversized_answer_is_good_and_far_too_long(
    bc: BackOfficeClient, call: Call
) -> None:
    await bc.fault(oversized_bytes=300_000)

    answer = await call(bc)

    assert (answer.status in {200, 201}, len(answer.body)) == (True, 300_000)
    assert await stored(bc) == 1


async def test_a_gzip_bomb_is_small_on_the_wire(bc: BackOfficeClient, address: str) -> None:
    await bc.fault(gzip_bomb=10_000_000)

    async with aiohttp.ClientSession(auto_decompress=False) as session:
        answer = await BackOfficeClient(session, address).insert()

    assert (answer.status, answer.headers["Content-Encoding"]) == (201, "gzip")
    assert len(answer.body) < 50_000
    assert len(gzip.decompress(answer.body)) == 10_000_000
    assert await stored(bc) == 1


@each_protocol
async def test_a_dripping_answer_begins_at_once_and_ends_late(
    bc: BackOfficeClient, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_faults, "DRIP_INTERVAL_S", 0.02)
    await bc.fault(drip_s=0.1)
    began = asyncio.get_running_loop().time()

    answer = await call(bc)

    assert asyncio.get_running_loop().time() - began >= 0.1
    assert answer.status in {200, 201}
    assert await stored(bc) == 1


async def test_a_record_without_its_address_is_stored(bc: BackOfficeClient) -> None:
    await bc.fault(no_location=True)

    inserted, batched = await bc.insert(), await bc.batch()

    assert (inserted.status, "Location" in inserted.headers) == (201, False)
    assert (
        batched.text.count("204 No Content"),
        "OData-EntityId" in batched.text,
        "Location" in batched.text,
    ) == (1, False, False)
    assert await stored(bc) == 2


@each_protocol
async def test_a_redirection_stores_nothing(bc: BackOfficeClient, call: Call) -> None:
    await bc.fault(redirect_to="http://127.0.0.1:9/elsewhere")

    answer = await call(bc)

    assert (answer.status, answer.headers["Location"]) == (307, "http://127.0.0.1:9/elsewhere")
    assert await stored(bc) == 0


@pytest.mark.parametrize(
    "call", [BackOfficeClient.create, BackOfficeClient.insert, BackOfficeClient.batch]
)
async def test_a_reset_stores_nothing(bc: BackOfficeClient, call: Call) -> None:
    await bc.fault(reset=True)

    with pytest.raises((aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)):
        await call(bc)

    assert await stored(bc) == 0


@pytest.mark.parametrize(
    "call", [BackOfficeClient.create, BackOfficeClient.insert, BackOfficeClient.batch]
)
async def test_store_then_silence_stores(
    bc: BackOfficeClient, call: Callable[..., Awaitable[Response]]
) -> None:
    await bc.fault(store_then_silence=True)

    with pytest.raises(TimeoutError):
        await call(bc, timeout_s=0.1)

    assert await stored(bc) == 1


async def test_a_fault_does_not_strike_what_is_refused_anyway_nor_questions(
    bc: BackOfficeClient,
) -> None:
    await bc.fault(status=503, times=1)

    assert (await bc.insert({"colour": "red"})).status == 400
    assert (await bc.ask("GET", "/api/data/v9.2/WhoAmI")).status == 200
    assert (await bc.insert()).status == 503
