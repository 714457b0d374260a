"""The API page of Business Central, through an OData client."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.unit.simulator.back_office import (
    A_RECORD,
    API,
    APPOINTMENTS,
    COMPANY_ID,
    BackOfficeClient,
)

FULL = {
    "databaseAction": "D",
    "appointmentId": 9007199254740993,
    "subject": "№7 🔧",
    "start": "2026-07-21T09:00:00+02:00",
    "isAllDayEvent": False,
    "planningQuantity": 1.5,
    "planningUoMConversion": 1,
    "lastModifiedDate": "2026-07-21T14:03:09.447Z",
    "appointmentResources": [{"resourceNo": "JO"}, {"resourceNo": "AN", "displayName": "Ann"}],
    "appointmentFieldValues": [{"fieldCode": "COLOUR", "fieldValue": "red"}],
}


async def test_a_created_appointment_is_a_201_with_its_location_and_the_whole_record(
    bc: BackOfficeClient,
) -> None:
    answer = await bc.insert(FULL)

    record = answer.json
    assert answer.status == 201
    assert answer.headers["Location"] == f"{bc.address}{APPOINTMENTS}({record['id']})"
    assert (record["entryNo"], record["subject"], record["category"], record["end"]) == (
        1,
        "№7 🔧",
        "",
        "0001-01-01T00:00:00Z",
    )
    assert record["@odata.etag"].startswith('W/"')


async def test_the_record_shows_fields_and_lines_as_they_were_sent(bc: BackOfficeClient) -> None:
    await bc.insert(FULL)

    (record,) = await bc.records()

    assert (record["protocol"], record["appointment"], record["action"]) == (
        "api page",
        "9007199254740993",
        "delete",
    )
    assert record["fields"] == {
        name: value for name, value in FULL.items() if not isinstance(value, list)
    }
    assert record["resources"] == FULL["appointmentResources"]
    assert record["field_values"] == FULL["appointmentFieldValues"]


async def test_lines_posted_afterwards_belong_to_the_record(bc: BackOfficeClient) -> None:
    location = (await bc.insert()).headers["Location"].removeprefix(bc.address)

    answer = await bc.insert({"resourceNo": "JO"}, f"{location}/appointmentResources")

    (record,) = await bc.records()
    assert answer.status == 201
    assert answer.headers["Location"].endswith(f"/appointmentResources({answer.json['id']})")
    assert record["resources"] == [{"resourceNo": "JO"}]
    assert (await bc.counts())["stored"] == 1


async def test_a_line_of_an_unknown_appointment_is_not_found(bc: BackOfficeClient) -> None:
    answer = await bc.insert(
        {"resourceNo": "JO"}, f"{APPOINTMENTS}({COMPANY_ID})/appointmentResources"
    )

    assert (answer.status, answer.json["error"]["code"]) == (404, "BadRequest_NotFound")


async def test_an_unknown_property_is_refused_in_the_servers_words(bc: BackOfficeClient) -> None:
    answer = await bc.insert(A_RECORD | {"colour": "red"})

    error = answer.json["error"]
    assert (answer.status, error["code"]) == (400, "BadRequest")
    assert error["message"].startswith(
        "The property 'colour' does not exist on type 'Microsoft.NAV.appointment'. Make "
        "sure to only use"
    )
    assert "  CorrelationId:  " in error["message"]
    assert (await bc.counts())["refused"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"appointmentId": "37743"},
        {"appointmentId": 2**63},
        {"importance": 2**31},
        {"importance": 1.5},
        {"importance": True},
        {"isAllDayEvent": 0},
        {"subject": 7},
        {"subject": None},
        {"start": "2026-07-21T09:00:00"},
        {"start": "2026-02-30T09:00:00Z"},
        {"start": "0001-01-01T00:00:00+02:00"},
        {"subject": "\ud800"},
        {"planningQuantity": "1.5"},
        {"appointmentResources": {}},
        {"appointmentResources": [7]},
        {"appointmentResources": [{"colour": "red"}]},
    ],
)
async def test_a_wrong_type_is_refused(bc: BackOfficeClient, wrong: dict[str, object]) -> None:
    answer = await bc.insert(A_RECORD | wrong)

    assert (answer.status, answer.json["error"]["code"]) == (400, "BadRequest")
    assert (await bc.counts())["stored"] == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"subject":"a","subject":"b"}',
        b'{"planningQuantity":NaN}',
        b'{"planningQuantity":1e999}',
        b'{"importance":' + b"9" * 5000 + b"}",
        b"\xff",
    ],
)
async def test_what_is_no_json_object_is_refused(bc: BackOfficeClient, body: bytes) -> None:
    assert (
        await bc.ask("POST", APPOINTMENTS, body, {"Content-Type": "application/json"})
    ).status == 400


async def test_another_action_than_the_three_is_refused(bc: BackOfficeClient) -> None:
    answer = await bc.insert({"databaseAction": "X"})

    assert (answer.status, answer.json["error"]["code"]) == (
        400,
        "Application_FieldValidationException",
    )


@pytest.mark.parametrize(
    ("method", "path", "content_type", "status"),
    [
        ("POST", APPOINTMENTS, "text/plain", 415),
        ("PATCH", APPOINTMENTS, "application/json", 405),
        ("POST", f"{API}/companies(CRONUS)/appointments", "application/json", 404),
        ("POST", f"{API}/companies({COMPANY_ID})/customers", "application/json", 404),
    ],
)
async def test_what_the_page_does_not_offer_is_refused(
    bc: BackOfficeClient, method: str, path: str, content_type: str, status: int
) -> None:
    answer = await bc.ask(method, path, b'{"databaseAction":"U"}', {"Content-Type": content_type})

    assert answer.status == status
    assert answer.json["error"]["code"].startswith("BadRequest")


async def test_parentheses_may_be_percent_encoded(bc: BackOfficeClient) -> None:
    assert (
        await bc.insert(path=APPOINTMENTS.replace("(", "%28").replace(")", "%29"))
    ).status == 201


async def test_the_metadata_names_the_three_entity_types(bc: BackOfficeClient) -> None:
    document = etree.fromstring((await bc.ask("GET", f"{API}/$metadata")).body)

    assert [found.get("Name") for found in document.iter("{*}EntityType")] == [
        "appointment",
        "appointmentResource",
        "appointmentFieldValue",
    ]
    assert "planningUoMConversion" in [found.get("Name") for found in document.iter("{*}Property")]
