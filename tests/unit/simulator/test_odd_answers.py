"""Faults with an unknown outcome, and responses in unusual forms of real servers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from common.exact_json import read_json
from simulator.routes.response_faults import ADDRESSES, BODIES
from tests.unit.simulator.back_office import (
    A_RECORD,
    A_ROW,
    AN_ENTITY,
    APPOINTMENTS,
    BackOfficeClient,
    Response,
    a_request,
)
from tests.unit.simulator.test_faults_by_protocol import Call, each_protocol, stored


@each_protocol
@pytest.mark.parametrize("status", [408, 429, 500, 504])
async def test_a_call_can_be_stored_and_answered_with_an_error(
    bc: BackOfficeClient, call: Call, status: int
) -> None:
    await bc.fault(status=status, stored_first=True)

    assert (await call(bc)).status == status
    assert await stored(bc) == 1


async def test_a_locked_record_is_said_in_the_words_of_the_protocol(bc: BackOfficeClient) -> None:
    await bc.fault(record_locked=True)

    soap, page, batch = await bc.create(), await bc.insert(), await bc.batch()

    assert "locked by another user" in soap.text
    assert (page.status, page.json["error"]["code"]) == (400, "Application_DialogException")
    assert "locked by another user" in page.text
    assert "0x80044150" in batch.text
    assert await stored(bc) == 0


async def test_the_sentence_of_a_fault_can_be_long(bc: BackOfficeClient) -> None:
    await bc.fault(soap_fault="Dialog", fault_bytes=100_000)
    assert len((await bc.create()).body) > 200_000

    await bc.fault(odata_error={"code": "x", "message": "y"}, fault_bytes=100_000)
    assert len((await bc.insert()).json["error"]["message"]) > 100_000


@pytest.mark.parametrize("form", ["comments", "utf-16"])
async def test_a_fault_in_an_odd_form_says_the_same(bc: BackOfficeClient, form: str) -> None:
    await bc.fault(soap_fault="Dialog")
    plain = etree.fromstring((await bc.create()).body)
    await bc.fault(soap_fault="Dialog", fault_form=form)

    answer = await bc.create()

    parser = etree.XMLParser(remove_comments=True)
    odd = etree.fromstring(answer.body, parser)
    assert answer.body != etree.tostring(plain)
    assert odd.findtext(".//faultstring") == plain.findtext(".//faultstring")


@pytest.mark.parametrize("form", ADDRESSES)
async def test_the_address_of_a_record_comes_in_every_form(bc: BackOfficeClient, form: str) -> None:
    await bc.fault(location=form)

    inserted, batched = await bc.insert(), await bc.batch()

    assert inserted.headers["Location"] == ADDRESSES[form]
    assert f"OData-EntityId: {ADDRESSES[form]}\r\n" in batched.text
    assert await stored(bc) == 2


@each_protocol
@pytest.mark.parametrize("body", BODIES)
async def test_a_good_status_can_come_with_a_wrong_body(
    bc: BackOfficeClient, call: Call, body: str
) -> None:
    await bc.fault(body=body)

    answer = await call(bc)

    assert (answer.status in {200, 201}, answer.body) == (True, BODIES[body])
    assert await stored(bc) == 1


@each_protocol
async def test_a_header_can_be_long(bc: BackOfficeClient, call: Call) -> None:
    await bc.fault(header_bytes=5000)

    assert len((await call(bc)).headers["X-Long"]) == 5000


async def test_a_connection_closes_after_so_many_requests(bc: BackOfficeClient) -> None:
    await bc.fault(closes_after=2)

    closes = [(await bc.webhook()).headers.get("Connection") for _ in range(4)]

    assert closes == [None, "close", None, "close"]
    assert await stored(bc) == 4


def numbered(record: dict[str, Any], name: str, number: str) -> bytes:
    """The record with a number, digit by digit."""
    return json.dumps(record | {name: "N"}).replace('"N"', number).encode()


async def page(bc: BackOfficeClient, name: str, number: str) -> Response:
    headers = {"Content-Type": "application/json"}
    return await bc.ask("POST", APPOINTMENTS, numbered(A_RECORD, name, number), headers)


async def dataverse(bc: BackOfficeClient, name: str, number: str) -> Response:
    head = a_request(1, "dime_dsappointments", {}).removesuffix(b"{}")
    return await bc.batch(head + numbered(A_ROW, name, number))


async def quantities(bc: BackOfficeClient) -> list[Any]:
    """The stored quantities, digit by digit."""
    answer = await bc.ask("GET", "/records")
    found = [record["fields"] for record in read_json(answer.text)["records"]]
    return [
        next(value for name, value in fields.items() if "quantity" in name.lower())
        for fields in found
    ]


@pytest.mark.parametrize("number", ["0.1", "-999999999999999.99", "0.12345678901234567891"])
async def test_business_central_stores_a_decimal_exactly(bc: BackOfficeClient, number: str) -> None:
    await page(bc, "planningQuantity", number)
    entity = AN_ENTITY + f"<Planning_Quantity>{number}</Planning_Quantity>"
    await bc.create(entity)

    assert await quantities(bc) == [Decimal(number)] * 2


async def test_business_central_refuses_a_decimal_beyond_its_range(bc: BackOfficeClient) -> None:
    number = "1000000000000000"
    entity = AN_ENTITY + f"<Planning_Quantity>{number}</Planning_Quantity>"

    answers = [await page(bc, "planningQuantity", number), await bc.create(entity)]

    assert [answer.status for answer in answers] == [400, 500]
    assert all("outside the valid range" in answer.text for answer in answers)
    assert await stored(bc) == 0


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("100000000000", "100000000000"),
        ("99999999999.0123456789", "99999999999.0123456789"),
        ("0.12345678906", "0.1234567891"),
    ],
)
async def test_dataverse_stores_ten_decimals(bc: BackOfficeClient, number: str, kept: str) -> None:
    await dataverse(bc, "dime_planningquantity", number)

    assert await quantities(bc) == [Decimal(kept)]


async def test_dataverse_refuses_a_decimal_beyond_its_range(bc: BackOfficeClient) -> None:
    answer = await dataverse(bc, "dime_planningquantity", "100000000000.1")

    assert ("0x80044330" in answer.text, await stored(bc)) == (True, 0)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "1752-12-31T23:59:59Z"])
async def test_no_database_takes_a_date_before_1753(bc: BackOfficeClient, moment: str) -> None:
    entity = AN_ENTITY + f"<Start>{moment}</Start>"

    answers = [
        await bc.batch(a_request(1, "dime_dsappointments", A_ROW | {"dime_start": moment})),
        await bc.insert(A_RECORD | {"start": moment}),
        await bc.create(entity),
    ]

    assert "0x80040239" in answers[0].text
    assert [answer.status for answer in answers] == [200, 400, 500]
    assert await stored(bc) == 0


@pytest.mark.parametrize("moment", ["1753-01-01T00:00:00Z", "9999-12-31T23:59:58Z"])
async def test_the_first_and_last_dates_of_a_database_are_stored(
    bc: BackOfficeClient, moment: str
) -> None:
    await bc.batch(a_request(1, "dime_dsappointments", A_ROW | {"dime_start": moment}))
    await bc.insert(A_RECORD | {"start": moment})
    await bc.create(AN_ENTITY + f"<Start>{moment}</Start>")

    assert await stored(bc) == 3
