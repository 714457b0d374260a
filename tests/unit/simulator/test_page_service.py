"""The page service of Business Central and NAV, through a SOAP client."""

from __future__ import annotations

import pytest
from lxml import etree

from tests.unit.simulator.back_office import (
    AN_ENTITY,
    NAMESPACE,
    PAGE,
    SOAP_HEADERS,
    BackOfficeClient,
    an_envelope,
)

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
FULL = (
    "<Source_Type>OPPT</Source_Type><Source_App>CRONUS</Source_App>"
    "<Database_Action>I</Database_Action><Appointment_Id>9007199254740993</Appointment_Id>"
    "<Subject>№7 &amp; 🔧</Subject><Body></Body><Start>2026-07-21T09:00:00+02:00</Start>"
    "<Importance>0</Importance><Is_All_Day_Event>false</Is_All_Day_Event>"
    "<Planning_Quantity>1.50</Planning_Quantity>"
    "<Last_Modified_Date>2026-07-21T14:03:09.447Z</Last_Modified_Date>"
    "<Resources><Appointment_Resource><Resource_No>JO</Resource_No></Appointment_Resource>"
    "<Appointment_Resource><Resource_No>AN</Resource_No></Appointment_Resource></Resources>"
    "<Field_Values><Appointment_Field_Value><Field_Code>COLOUR</Field_Code>"
    "<Field_Value>red</Field_Value></Appointment_Field_Value></Field_Values>"
)


def found(body: bytes, name: str) -> list[str | None]:
    return [element.text for element in etree.fromstring(body).iter(f"{{{NAMESPACE}}}{name}")]


async def test_a_created_appointment_comes_back_with_its_keys_and_number(
    bc: BackOfficeClient,
) -> None:
    answer = await bc.create(FULL)

    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer.body.count(b"<Soap:") == 2
    assert found(answer.body, "Entry_No") == ["1"]
    assert found(answer.body, "Subject") == ["№7 & 🔧"]
    assert len(found(answer.body, "Key")) == 4


async def test_the_record_shows_fields_and_lines_as_they_were_sent(bc: BackOfficeClient) -> None:
    await bc.create(FULL)

    (record,) = await bc.records()

    assert (record["protocol"], record["appointment"], record["action"]) == (
        "page service",
        "9007199254740993",
        "create",
    )
    assert (record["modified_at"], record["webhook_id"]) == ("2026-07-21T14:03:09.447+00:00", None)
    assert record["fields"] == {
        "Source_Type": "OPPT",
        "Source_App": "CRONUS",
        "Database_Action": "I",
        "Appointment_Id": 9007199254740993,
        "Subject": "№7 & 🔧",
        "Body": "",
        "Start": "2026-07-21T09:00:00+02:00",
        "Importance": 0,
        "Is_All_Day_Event": False,
        "Planning_Quantity": 1.5,
        "Last_Modified_Date": "2026-07-21T14:03:09.447Z",
    }
    assert [line["Resource_No"] for line in record["resources"]] == ["JO", "AN"]
    assert record["field_values"] == [{"Field_Code": "COLOUR", "Field_Value": "red"}]


async def test_the_same_call_stored_again_is_repeated(bc: BackOfficeClient) -> None:
    for entity in (AN_ENTITY, AN_ENTITY, f"{AN_ENTITY}<Subject>other</Subject>"):
        await bc.create(entity)

    counts = await bc.counts()

    assert (counts["stored"], counts["repeated"]) == (3, 1)


async def test_the_action_may_be_quoted(bc: BackOfficeClient) -> None:
    assert (await bc.create(headers={"SOAPAction": f'"{NAMESPACE}:Create"'})).status == 200


@pytest.mark.parametrize(
    "entity",
    [
        "<Appointment_Id>1</Appointment_Id><Database_Action>U</Database_Action>",
        f"{AN_ENTITY}<Colour>red</Colour>",
        "<Database_Action>U</Database_Action><Appointment_Id>x</Appointment_Id>",
        f"{AN_ENTITY}<Importance/>",
        f'{AN_ENTITY}<Subject xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>',
        f"{AN_ENTITY}<Resources><Line/></Resources>",
        f"{AN_ENTITY}<Start>2026-07-21T09:00:00</Start>",
        f"{AN_ENTITY}<Start>yesterday</Start>",
        "<Database_Action>X</Database_Action>",
        "<Appointment_Id>1</Appointment_Id>",
        "&undefined;",
        "<open>",
    ],
)
async def test_what_the_schema_or_the_page_does_not_allow_is_a_fault(
    bc: BackOfficeClient, entity: str
) -> None:
    answer = await bc.create(entity)

    fault = etree.fromstring(answer.body).find(f"{SOAP}Body/{SOAP}Fault")
    assert answer.status == 500
    assert fault is not None
    assert (fault.findtext("faultcode") or "").startswith("a:")
    assert fault.findtext("faultstring")
    counts = await bc.counts()
    assert (counts["stored"], counts["refused"]) == (0, 1)


@pytest.mark.parametrize("action", [f"{NAMESPACE}:Update", "", "Create"])
async def test_another_action_is_a_fault(bc: BackOfficeClient, action: str) -> None:
    assert (await bc.create(headers={"SOAPAction": action})).status == 500


async def test_a_missing_action_is_a_fault(bc: BackOfficeClient) -> None:
    answer = await bc.ask(
        "POST", PAGE, an_envelope(AN_ENTITY), {"Content-Type": SOAP_HEADERS["Content-Type"]}
    )

    assert answer.status == 500


async def test_a_document_type_is_a_fault_and_its_entities_stay_unread(
    bc: BackOfficeClient,
) -> None:
    body = b'<!DOCTYPE a [<!ENTITY e "x">]>' + an_envelope(f"{AN_ENTITY}<Subject>&e;</Subject>")

    answer = await bc.ask("POST", PAGE, body, SOAP_HEADERS)

    assert answer.status == 500
    assert b"DTD is prohibited" in answer.body


async def test_another_content_type_is_refused_before_the_service(bc: BackOfficeClient) -> None:
    assert (await bc.create(headers={"Content-Type": "application/soap+xml"})).status == 415


async def test_another_service_is_not_found(bc: BackOfficeClient) -> None:
    answer = await bc.ask("POST", "/WS/CRONUS/Page/Other", an_envelope(AN_ENTITY), SOAP_HEADERS)

    assert answer.status == 500
    assert b"was not found" in answer.body


async def test_the_wsdl_holds_a_schema_that_takes_what_the_service_takes(
    bc: BackOfficeClient,
) -> None:
    answer = await bc.ask("GET", PAGE)

    schema = next(etree.fromstring(answer.body).iter(f"{XSD}schema"))
    create = next(etree.fromstring(an_envelope(FULL)).iter(f"{{{NAMESPACE}}}Create"))
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert PAGE.encode() in answer.body
    assert etree.XMLSchema(schema).validate(create)
