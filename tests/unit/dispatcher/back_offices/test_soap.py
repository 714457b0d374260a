from __future__ import annotations

from decimal import Decimal

import pytest

from common.contracts.mapping import SoapMapping
from dispatcher.back_offices.appointment_fields import AppointmentFields
from dispatcher.back_offices.soap.envelope import envelope, text
from dispatcher.back_offices.soap.response import CreateResult, SoapFault, parse_xml, read_response

PAGE = "urn:microsoft-dynamics-schemas/page/appointment"
ENTITY = "Appointment"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


def wrapped(inside: str) -> bytes:
    return (
        f'<Soap:Envelope xmlns:Soap="{SOAP}"><Soap:Body>{inside}</Soap:Body></Soap:Envelope>'
    ).encode()


RESULT = wrapped(
    f'<Create_Result xmlns="{PAGE}"><Appointment><Key>24;1</Key>'
    "<Entry_No>7</Entry_No><Resources><Line><Key>25;2</Key></Line></Resources></Appointment>"
    "</Create_Result>"
)


def test_elements_stand_in_the_order_of_the_page_and_empty_fields_are_left_out() -> None:
    appointment = AppointmentFields(
        {"subject": "A & B", "source_app": "CRONUS", "body": None, "locked": True},
        [{"resource_no": "JO"}],
        [],
    )

    sent = envelope(SoapMapping(), appointment).decode()

    assert (
        f'<Create xmlns="{PAGE}"><Appointment><Source_App>CRONUS</Source_App><Subject>A '
        "&amp; B</Subject>"
    ) in sent
    assert (
        "<Resources><Appointment_Resource><Resource_No>JO</Resource_No></Appointment_Resource>"
        "</Resources></Appointment>"
    ) in sent
    assert "Body>" not in sent.replace("s:Body>", "")


def test_a_mapping_renames_and_leaves_out() -> None:
    mapping = SoapMapping.model_validate(
        {"entity": "Afspraak", "fields": {"subject": "Onderwerp", "body": None}, "resources": None}
    )

    sent = envelope(
        mapping, AppointmentFields({"subject": "x", "body": "y"}, [{"resource_no": "JO"}], [])
    ).decode()

    assert "<Afspraak><Onderwerp>x</Onderwerp></Afspraak>" in sent


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (Decimal("2.50"), "2.50"),
        (Decimal("1e-7"), "0.0000001"),
        ("a\r\nb", "a&#13;\nb"),
        ("a\x00\x0bb", "ab"),
        ("<😀>", "&lt;😀&gt;"),
    ],
)
def test_values_are_written_as_xml_schema_does(value: str | Decimal, written: str) -> None:
    assert text(value) == written


def test_a_result_is_a_success_even_with_references_that_xml_forbids() -> None:
    assert read_response(RESULT, PAGE, ENTITY) == CreateResult("24;1", "7")
    assert read_response(
        RESULT.replace(b"<Key>24", b"<Key>&#x1F;24"), PAGE, ENTITY
    ) == CreateResult("\x1f24;1", "7")


def test_a_fault_is_read_with_its_code() -> None:
    fault = (
        "<Soap:Fault><faultcode "
        'xmlns:a="urn:microsoft-dynamics-schemas/error">a:NavDialog</faultcode><faultstring>No '
        "customer.</faultstring></Soap:Fault>"
    )

    assert read_response(wrapped(fault), PAGE, ENTITY) == SoapFault("NavDialog", "No customer.")


FAULT = (
    "<Soap:Fault><faultcode>a:NavDialog</faultcode><faultstring>{}</faultstring>"
    "<detail><string>{}</string></detail></Soap:Fault>"
)


def test_a_fault_is_read_although_its_text_is_cut_off() -> None:
    long = wrapped(FAULT.format("x" * 200_000, "x" * 200_000))[: 256 * 1024]

    assert read_response(long, PAGE, ENTITY) == SoapFault("NavDialog", "x" * 200_000)


@pytest.mark.parametrize("text", ["No <!-- very -->customer.", "No <?x y?>customer."])
def test_the_text_of_a_fault_goes_on_after_a_comment(text: str) -> None:
    assert read_response(wrapped(FAULT.format(text, "")), PAGE, ENTITY) == SoapFault(
        "NavDialog", "No customer."
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_answers_in_utf_16_are_read(encoding: str) -> None:
    def encoded(text: bytes) -> bytes:
        declared = '<?xml version="1.0" encoding="utf-16"?>' + text.decode()
        return declared.encode(encoding)

    assert read_response(encoded(RESULT), PAGE, ENTITY) == CreateResult("24;1", "7")
    assert read_response(encoded(wrapped(FAULT.format("Nö.", ""))), PAGE, ENTITY) == SoapFault(
        "NavDialog", "Nö."
    )


@pytest.mark.parametrize(
    "answer", [b"", b"<html>hello</html>", RESULT[:-30], wrapped("<other/>"), b"{}"]
)
def test_anything_else_is_no_result(answer: bytes) -> None:
    assert read_response(answer, PAGE, ENTITY) is None


def test_document_types_and_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'

    assert parse_xml(bomb) is None
    assert parse_xml(bomb, forgiving=True) is None
