from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.contracts.appointment import Action
from common.exact_json import write_json
from dispatcher.back_offices.appointment_fields import AppointmentFields, fields_of
from dispatcher.back_offices.value_limits import BUSINESS_CENTRAL, DATAVERSE, DecimalLimits
from dispatcher.errors import RefusedError
from tests.support.builders import a_transaction

SAMPLES = Path(__file__).parents[3] / "samples"
DATES = ("StartDate", "EndDate", "LastModifiedDate", "CreatedDate")


def of(
    body: str,
    zone: str = "UTC",
    action: Action = Action.UPDATE,
    limits: DecimalLimits = BUSINESS_CENTRAL,
) -> AppointmentFields:
    return fields_of(a_transaction(action=action, body=body), ZoneInfo(zone), limits)


def sent(zone: str = "UTC", **snapshot: Any) -> dict[str, Any]:
    return dict(of(json.dumps(snapshot), zone).fields)


def test_every_field_of_a_full_snapshot_is_read() -> None:
    appointment = of((SAMPLES / "full-update.json").read_text())

    assert appointment.fields["appointment_id"] == 37743
    assert appointment.fields["database_action"] == "U"
    assert appointment.fields["duration_s"] == 9000
    assert (
        appointment.fields["source_app"],
        appointment.fields["job_no"],
        appointment.fields["task_no"],
    ) == ("CRONUSINTERNATIONALLTD.", "OP100001", "OP100001")
    assert (appointment.fields["category"], appointment.fields["time_marker"]) == (
        "INSTALL",
        "Confirmed",
    )
    assert [line["resource_no"] for line in appointment.resources][:1] == ["JO"]
    assert appointment.resources[0]["resource_type"] == "Technician"


@pytest.mark.parametrize(
    ("text", "zone", "written"),
    [
        ("2026-07-24T13:30:00", "UTC", "2026-07-24T13:30:00Z"),
        ("2026-07-24T13:30:00", "Europe/Brussels", "2026-07-24T13:30:00+02:00"),
        ("2026-01-24T13:30:00.1234567", "Europe/Brussels", "2026-01-24T13:30:00.1234567+01:00"),
        ("2026-07-24T13:30:00-05:00", "Europe/Brussels", "2026-07-24T13:30:00-05:00"),
        ("2026-07-24T13:30:00.5-05:00", "Europe/Brussels", "2026-07-24T13:30:00.5-05:00"),
        ("2026-07-24T13:30:00-0500", "Europe/Brussels", "2026-07-24T13:30:00-05:00"),
        ("2026-07-24T13:30:00Z", "Europe/Brussels", "2026-07-24T13:30:00Z"),
        ("2026-07-24T13:30:00+00:00", "UTC", "2026-07-24T13:30:00+00:00"),
        ("2026-07-24 13:30", "America/St_Johns", "2026-07-24T13:30:00-02:30"),
        ("2026-07-24", "UTC", "2026-07-24T00:00:00Z"),
        ("1899-06-01T08:00:00", "UTC", "1899-06-01T08:00:00Z"),
        ("1753-01-01T00:00:00Z", "UTC", "1753-01-01T00:00:00Z"),
        ("9999-12-31T23:59:58Z", "UTC", "9999-12-31T23:59:58Z"),
    ],
)
def test_a_date_keeps_its_offset_or_gets_that_of_the_zone(
    text: str, zone: str, written: str
) -> None:
    assert sent(zone, StartDate=text)["start"] == written


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("offset", ["", "Z", "+01:00", "-0500"])
@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00",
        "0001-01-01 00:00:00.0000000",
        "9999-12-31T23:59:59.9999999",
        "9999-12-31T23:59:59",
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "Pacific/Kiritimati"])
def test_the_first_and_the_last_date_of_dotnet_are_no_value(
    zone: str, text: str, offset: str, name: str
) -> None:
    fields = sent(zone, **{"Id": 1, name: text + offset})

    assert {field for field, value in fields.items() if value is not None} == {
        "appointment_id",
        "database_action",
    }


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "whizz",
        "hertZ",
        "23/07/2026 09:00 +02:00",
        "20260723",
        "2026-W30-4",
        "2026-02-30T09:00:00Z",
        "2026-13-01T09:00:00",
        "2026-07-23T24:00:00+02:00",
        "2026-07-23T09:60:00Z",
        "2026-07-23T09:00:00+25:00",
        "2026-07-23T09:00:00+14:30",
        "2026-07-23T09:00:00+01:99",
        "2026-07-23T09:00:00.Z",
        "2026-07-23T09:00:00Z\n",
        "\u0968026-07-23T09:00:00Z",  # a digit of another script
        "0000-01-01T00:00:00Z",
        "1850-01-01T00:00:00",
        "0001-01-01T00:00:01Z",
        "1752-12-31T23:59:59Z",
        "1753-01-01T00:59:59+01:00",
        "9999-12-31T23:00:00-05:00",
    ],
)
def test_a_date_that_cannot_be_sent_is_refused_by_its_name(text: str, name: str) -> None:
    with pytest.raises(RefusedError, match=rf"\[DSCFG004\].* {name} "):
        sent("Europe/Brussels", **{name: text})


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("1753-01-01T00:00:00Z", "9999-12-31T23:59:58Z"),
        ("9999-12-31T23:59:58Z", "1753-01-01T14:00:00+14:00"),
    ],
)
def test_a_duration_beyond_the_field_is_refused_by_name(start: str, end: str) -> None:
    with pytest.raises(RefusedError, match="EndDate"):
        sent(StartDate=start, EndDate=end)


def test_half_a_surrogate_pair_stops_no_appointment() -> None:
    assert of('{"Subject": "half \\ud83d a pair"}').fields["subject"] == "half \ud83d a pair"


def test_a_missing_field_has_no_value() -> None:
    appointment = of(
        '{"Id": 1, "Task": null, "Category": null, "Assignments": null}', action=Action.DELETE
    )

    assert {name for name, value in appointment.fields.items() if value is not None} == {
        "appointment_id",
        "database_action",
    }
    assert appointment.resources == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ('{"Importance": "high"}', "Importance"),
        ('{"Importance": 2147483648}', "Importance"),
        ('{"Id": 1e30}', "Id"),
        ('{"PlanningQty": 1e999}', "PlanningQty"),
        ('{"PlanningQty": NaN}', "PlanningQty"),
        ('{"Assignments": [1]}', r"Assignments\.0"),
        ('{"Assignments": [{"Resource": {"ResourceNo": 5}}]}', "ResourceNo"),
        ('{"Task": {"Job": {"JobNo": []}}}', r"Task\.Job\.JobNo"),
        ("[]", "snapshot"),
        ("{", "snapshot"),
        ('{"Other": ' + "[" * 100_000 + "]" * 100_000 + "}", "snapshot"),
        ('{"Id": ' + "9" * 5000 + "}", "Id|snapshot"),
    ],
)
def test_a_field_that_cannot_be_sent_is_named(body: str, name: str) -> None:
    with pytest.raises(RefusedError, match=name):
        of(body)


NUMBERS = (
    "0",
    "-0.0",
    "2.50",
    "0.1",
    "1e2",
    "123456789012.12345",
    "999999999999999.99",
    "-999999999999999.99",
    "0.12345678901234567890",
    "0.30000000000000004",
    "1.10000000000000000000000000000000",
)


@pytest.mark.parametrize("name", ["PlanningQty", "PlanningUOMConversion"])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_decimal_is_read_digit_by_digit(number: str, name: str) -> None:
    [value] = [
        value
        for value in of(f'{{"{name}": {number}}}').fields.values()
        if isinstance(value, Decimal)
    ]

    assert value.as_tuple() == Decimal(number).as_tuple()


@pytest.mark.parametrize("name", ["PlanningQty", "PlanningUOMConversion"])
@pytest.mark.parametrize(
    ("number", "limits"),
    [
        ("1000000000000000", BUSINESS_CENTRAL),
        ("-123456789012345678", BUSINESS_CENTRAL),
        ("12345678901234567890", BUSINESS_CENTRAL),
        ("0.123456789012345678901", BUSINESS_CENTRAL),
        ("123456789012345.12345678901234", BUSINESS_CENTRAL),
        ("1e300", BUSINESS_CENTRAL),
        ("1e999999999", BUSINESS_CENTRAL),
        ("1e-999999999", BUSINESS_CENTRAL),
        ("1e99999999999999999999", BUSINESS_CENTRAL),
        ("100000000000.1", DATAVERSE),
        ("-100000000001", DATAVERSE),
        ("123456789012.12345", DATAVERSE),
        ("0.12345678901", DATAVERSE),
    ],
)
def test_a_decimal_that_the_back_office_cannot_hold_is_refused_by_its_name(
    number: str, name: str, limits: DecimalLimits
) -> None:
    with pytest.raises(RefusedError, match=rf"\[DSCFG004\].* {name} "):
        of(f'{{"{name}": {number}}}', limits=limits)


@pytest.mark.parametrize(
    "number", ["100000000000", "-100000000000.00", "99999999999.0123456789", "0.12345678900"]
)
def test_the_largest_decimals_of_dataverse_are_sent(number: str) -> None:
    fields = of(f'{{"PlanningQty": {number}}}', limits=DATAVERSE).fields

    assert fields["planning_quantity"] == Decimal(number)


@pytest.mark.parametrize("number", ["123456789012345678.12345678", "0.0000001", "1.10"])
def test_a_number_in_a_field_value_keeps_its_digits(number: str) -> None:
    body = f'{{"AppointmentFieldValues": [{{"FieldCode": "X", "FieldValue": {number}}}]}}'

    assert of(body).field_values[0]["field_value"] == number


@pytest.mark.parametrize("exponent", ["999999999", "-999999999", "99999999999999999999"])
def test_an_exponent_that_fills_the_memory_does_not(exponent: str) -> None:
    body = f'{{"AppointmentFieldValues": [{{"FieldCode": "X", "FieldValue": 1e{exponent}}}]}}'

    assert of(body).field_values[0]["field_value"] == f"1e{exponent}"


@pytest.mark.parametrize("number", NUMBERS)
def test_json_is_written_digit_by_digit(number: str) -> None:
    written = write_json({"quantity": [Decimal(number), None, True, "\ud83d", 5]})

    assert written == f'{{"quantity": [{Decimal(number):f}, null, true, "\\ud83d", 5]}}'
