"""The Web API of Dataverse: batches with one change set, all or nothing."""

from __future__ import annotations

import re

import pytest
from lxml import etree

from tests.unit.simulator.back_office import (
    A_ROW,
    DATA,
    ODATA_HEADERS,
    BackOfficeClient,
    a_batch,
    a_request,
)

A_LINE = {
    "dime_resourceno": "JO",
    "dime_displayname": None,
    "dime_DsAppointmentId@odata.bind": "$1",
}


def appointment(content_id: int = 1, **row: object) -> bytes:
    return a_request(content_id, "dime_dsappointments", A_ROW | row)


def resource(content_id: int = 2, **row: object) -> bytes:
    return a_request(content_id, "dime_dsappointmentresources", A_LINE | row)


async def test_a_change_set_is_stored_and_each_of_its_requests_answered(
    bc: BackOfficeClient,
) -> None:
    answer = await bc.batch(
        appointment(dime_subject="№7 🔧", dime_start="2026-07-21T09:00:00Z", dime_body=None),
        resource(2),
        resource(3),
    )

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert answer.text.count("HTTP/1.1 204 No Content\r\n") == 3
    assert re.findall(r"Content-ID: (\d)\r\n", answer.text) == ["1", "2", "3"]
    addresses = re.findall(r"OData-EntityId: (.*)\r\n", answer.text)
    assert all(
        address.startswith(f"{bc.address}{DATA}/dime_dsappointment") for address in addresses
    )


async def test_the_record_shows_the_appointment_with_its_resources(bc: BackOfficeClient) -> None:
    await bc.batch(appointment(dime_body=None), resource())

    (record,) = await bc.records()

    assert (record["protocol"], record["appointment"], record["action"]) == (
        "dataverse",
        "37743",
        "update",
    )
    assert record["fields"] == A_ROW | {"dime_body": None}
    assert record["resources"] == [{"dime_resourceno": "JO", "dime_displayname": None}]


async def test_the_same_change_set_in_other_boundaries_is_repeated(bc: BackOfficeClient) -> None:
    await bc.batch(appointment(), resource())
    body = a_batch(appointment(), resource()).replace(b"--b1", b"--other")
    await bc.ask(
        "POST",
        f"{DATA}/$batch",
        body,
        {"Content-Type": 'multipart/mixed;boundary="other"', **ODATA_HEADERS},
    )

    counts = await bc.counts()

    assert (counts["stored"], counts["repeated"]) == (2, 1)


@pytest.mark.parametrize(
    ("failed", "code"),
    [
        (resource(dime_colour="red"), "0x80048d19"),
        (resource(dime_resourceno=7), "0x80048d19"),
        (
            a_request(
                2, "dime_dsappointmentresources", A_LINE | {"dime_DsAppointmentId@odata.bind": "$9"}
            ),
            "0x80048d19",
        ),
        (a_request(2, "dime_dsappointmentresources", {"dime_resourceno": "JO"}), "0x80048d19"),
        (appointment(2, dime_appointmentid="37743"), "0x80048d19"),
        (appointment(2, dime_start="2026-07-21T09:00:00"), "0x80048d19"),
        (appointment(2, dime_databaseaction="X"), "0x80040203"),
        (a_request(2, "contacts", {}), "0x8006088a"),
    ],
)
async def test_one_failed_request_is_answered_alone_and_nothing_is_stored(
    bc: BackOfficeClient, failed: bytes, code: str
) -> None:
    answer = await bc.batch(appointment(), failed, resource(3))

    assert answer.status == 200
    assert re.findall(r"HTTP/1.1 (\d+)", answer.text) in (["400"], ["404"])
    assert "Content-ID: 2\r\n" in answer.text
    assert f'"code": "{code}"' in answer.text
    counts = await bc.counts()
    assert (counts["stored"], counts["refused"]) == (0, 1)


@pytest.mark.parametrize("missing", ["OData-Version", "OData-MaxVersion", "Accept"])
async def test_a_missing_header_is_refused(bc: BackOfficeClient, missing: str) -> None:
    answer = await bc.batch(headers={missing: "other"})

    assert answer.status == 400
    assert missing in answer.json["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        a_batch(appointment()).replace(b"\r\n", b"\n"),
        a_batch(appointment()).removesuffix(b"--b1--\r\n"),
        a_batch(appointment()).replace(b"binary", b"8bit"),
        a_batch(appointment()).replace(b"application/http", b"application/json"),
        a_batch(appointment()).replace(b"Content-ID: 1\r\n", b""),
        a_batch(appointment()).replace(b"POST ", b"GET "),
        a_batch(appointment(1), appointment(1)),
    ],
)
async def test_a_batch_that_is_none_is_refused(bc: BackOfficeClient, body: bytes) -> None:
    answer = await bc.ask(
        "POST",
        f"{DATA}/$batch",
        body,
        {"Content-Type": "multipart/mixed; boundary=b1", **ODATA_HEADERS},
    )

    assert (answer.status, answer.json["error"]["code"]) == (400, "0x80048d19")
    assert (await bc.counts())["stored"] == 0


async def test_who_am_i_tells_three_ids(bc: BackOfficeClient) -> None:
    assert {"UserId", "BusinessUnitId", "OrganizationId"} < set(
        (await bc.ask("GET", f"{DATA}/WhoAmI")).json
    )


async def test_the_metadata_names_the_attributes(bc: BackOfficeClient) -> None:
    document = etree.fromstring((await bc.ask("GET", f"{DATA}/$metadata")).body)

    names = {found.get("Name") for found in document.iter("{*}Property", "{*}NavigationProperty")}
    assert {
        "dime_planninguomconversion",
        "dime_sentfrombackoffice",
        "dime_resourceno",
        "dime_DsAppointmentId",
    } < names


async def test_another_entity_set_is_not_found(bc: BackOfficeClient) -> None:
    assert (await bc.ask("POST", f"{DATA}/contacts", b"{}")).status == 404


ID, OTHER_ID = "d4d0fdf0-3e01-55bd-b46c-851439b5275e", "d4d0fdf0-3e01-55bd-b46c-851439b5275f"


def own(content_id: int, entity_set: str, identity: str, row: object) -> bytes:
    """A request that creates a record with an id of the caller's."""
    posted = a_request(content_id, f"{entity_set}({identity})", row)
    return posted.replace(b"POST ", b"PATCH ").replace(
        b" HTTP/1.1\r\n", b" HTTP/1.1\r\nIf-None-Match: *\r\n"
    )


def own_appointment(identity: str = ID) -> bytes:
    return own(1, "dime_dsappointments", identity, A_ROW)


def own_resource(identity: str, appointment: str = ID) -> bytes:
    link = {"dime_DsAppointmentId@odata.bind": f"/dime_dsappointments({appointment})"}
    return own(2, "dime_dsappointmentresources", identity, {"dime_resourceno": "JO"} | link)


async def test_a_record_with_an_id_of_the_callers_is_created_once(bc: BackOfficeClient) -> None:
    first = await bc.batch(own_appointment(), own_resource(OTHER_ID))
    again = await bc.batch(own_appointment(), own_resource(OTHER_ID))

    [record] = await bc.records()
    assert f"dime_dsappointments({ID})\r\n" in first.text
    assert record["entity_id"] == ID
    assert record["resources"] == [{"dime_resourceno": "JO"}]
    assert re.findall(r"HTTP/1.1 (\d+)", again.text) == ["412"]
    assert "Content-ID: 1\r\n" in again.text
    assert '"code": "0x80040237"' in again.text
    counts = await bc.counts()
    assert (counts["stored"], counts["refused"], counts["repeated"]) == (1, 1, 0)


async def test_a_change_set_with_one_taken_id_stores_nothing(bc: BackOfficeClient) -> None:
    await bc.batch(own_appointment(), own_resource(OTHER_ID))
    third = "d4d0fdf0-3e01-55bd-b46c-851439b52760"

    refused = await bc.batch(own_appointment(third), own_resource(OTHER_ID, third))
    stored = await bc.batch(own_appointment(third))

    assert "Content-ID: 2\r\n" in refused.text
    assert re.findall(r"HTTP/1.1 (\d+)", stored.text) == ["204"]
    assert (await bc.counts())["stored"] == 2


@pytest.mark.parametrize(
    "request_",
    [
        own_appointment().replace(b"If-None-Match: *\r\n", b""),
        own_appointment().replace(b"If-None-Match: *", b"If-None-Match: 1"),
        own_appointment().replace(b"PATCH ", b"POST "),
        appointment().replace(b"POST ", b"PATCH "),
    ],
)
async def test_an_update_or_an_id_of_a_post_is_refused(
    bc: BackOfficeClient, request_: bytes
) -> None:
    assert (await bc.batch(request_)).status == 400
    assert (await bc.counts())["stored"] == 0
