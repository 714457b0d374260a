"""Numbers and dates at the limits of .NET, JSON and each back office.

They arrive digit by digit, or the delivery is refused by the name of the field and nothing is
stored.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from common.contracts.mapping import attribute_of, element_of, property_of
from dispatcher.errors import RefusedError
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction

NAMES: dict[str, Callable[[str], str]] = {
    "Business Central SOAP": element_of,
    "Business Central API page": property_of,
    "NAV": element_of,
    "CRM": attribute_of,
}
OFFICE = pytest.mark.parametrize("office", NAMES)
NUMBERS = (
    "0",
    "0.1",
    "2.50",
    "-2.5",
    "1e2",
    "1E-7",
    "123456.123456",
    "99999999999.99999",
    "99999999999.0123456789",
    "100000000000",
    "-100000000000",
)
"""Values that every back office holds."""
TOO_LARGE_FOR_DATAVERSE = (
    "100000000000.00001",
    "123456789012.12345",
    "999999999999999.99",
    "-999999999999999.99",
    "0.12345678901",
    "0.30000000000000004",
    "0.12345678901234567891",
)
TOO_LARGE_FOR_ALL = (
    "999999999999999.991",
    "1000000000000000",
    "123456789012345678",
    "-12345678901234567890",
    "123456789012345.12345678901234567890",
    "0.123456789012345678901",
    "79228162514264337593543950335",
    "1e28",
    "1e308",
    "1e400",
)
FIELDS = {
    "PlanningQty": "Planning Quantity",
    "PlanningUOMConversion": "Planning UoM Conversion",
}
"""The names in the snapshot, and the captions."""
KEPT = (
    "1753-01-01T14:00:00",
    "1899-12-30T00:00:00Z",
    "1899-12-31T23:59:59.9999999Z",
    "1900-01-01T00:00:00+00:00",
    "1969-12-31T23:59:59Z",
    "2026-12-31T23:59:59.999",
    "2027-01-01T00:00:00",
    "2028-02-29T12:00:00",
    "2026-03-29T02:30:00",
    "2026-10-25T02:30:00",
    "2026-10-25T02:30:00+01:00",
    "2026-03-29T02:30:00-12:00",
    "2026-03-29T02:30:00+14:00",
    "2038-01-19T03:14:08Z",
    "9999-12-31T09:00:00",
)
NO_VALUE = (
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "0001-01-01T00:00:00-03:30",
    "9999-12-31T23:59:59.9999999",
    "9999-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59.9999999-05:00",
)
REFUSED = (
    "0001-01-01T00:00:01Z",
    "0001-01-02T00:00:00",
    "1752-12-31T23:59:59Z",
    "1753-01-01T00:00:00+14:00",
    "9999-12-31T23:30:00-05:00",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:00+25:00",
    "10000-01-01T00:00:00Z",
)
ZONES = ("UTC", "Europe/Brussels", "America/St_Johns")


async def stored(bench: Bench, office: str, zone: str, **fields: str) -> Any:
    """Deliver a snapshot with these fields as JSON texts. Return its record, or the refusal."""
    plain = json.dumps(a_snapshot() | dict.fromkeys(fields, "?"))
    for text in fields.values():
        plain = plain.replace('"?"', text, 1)
    before = len(await bench.records())
    try:
        await bench.deliver(
            bench.connector(office, time_zone=zone),
            a_delivery(transaction=a_transaction(uuid.uuid4().hex, body=plain)),
        )
    except RefusedError as error:
        assert len(await bench.records()) == before
        return str(error)
    return (await bench.records())[-1]["fields"]


@OFFICE
@pytest.mark.parametrize("field", FIELDS)
async def test_decimals_arrive_digit_by_digit(bench: Bench, office: str, field: str) -> None:
    held = NUMBERS if office == "CRM" else (*NUMBERS, *TOO_LARGE_FOR_DATAVERSE)

    arrived = [
        (await stored(bench, office, "UTC", **{field: number}))[NAMES[office](FIELDS[field])]
        for number in held
    ]

    assert list(map(Decimal, arrived)) == list(map(Decimal, held))


@OFFICE
@pytest.mark.parametrize("field", FIELDS)
async def test_decimals_that_the_back_office_cannot_hold_are_refused_by_name(
    bench: Bench, office: str, field: str
) -> None:
    beyond = (*(TOO_LARGE_FOR_DATAVERSE if office == "CRM" else ()), *TOO_LARGE_FOR_ALL)

    answers = [await stored(bench, office, "UTC", **{field: number}) for number in beyond]

    assert [number for number, said in zip(beyond, answers, strict=True) if field not in said] == []
    assert await bench.records() == []


def is_right(found: Any, text: str, zone: ZoneInfo, name: str) -> bool:
    """Whether the moment was stored. A moment whose offset had seconds cannot be written."""
    given = datetime.fromisoformat(text)
    wanted = given if given.tzinfo else given.replace(tzinfo=zone)
    if (wanted.utcoffset() or timedelta()) % timedelta(minutes=1):
        return "StartDate" in found
    is_stored = isinstance(found, dict) and name in found
    return is_stored and datetime.fromisoformat(found[name]) - wanted == timedelta()


@OFFICE
@pytest.mark.parametrize("zone", ZONES)
async def test_dates_keep_their_moment(bench: Bench, office: str, zone: str) -> None:
    wrong = {}
    for text in KEPT:
        found = await stored(bench, office, zone, StartDate=json.dumps(text), EndDate="null")
        if not is_right(found, text, ZoneInfo(zone), NAMES[office]("Start")):
            wrong[text] = found

    assert wrong == {}


@OFFICE
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("field", ["StartDate", "CreatedDate"])
async def test_the_first_and_last_dates_of_dotnet_are_left_out(
    bench: Bench, office: str, zone: str, field: str
) -> None:
    name = NAMES[office]({"StartDate": "Start", "CreatedDate": "Created Date"}[field])

    found = [await stored(bench, office, zone, **{field: json.dumps(text)}) for text in NO_VALUE]

    assert [name in record for record in found] == [False] * len(NO_VALUE)
    assert len(await bench.records()) == len(NO_VALUE)


@OFFICE
@pytest.mark.parametrize("zone", ZONES)
async def test_dates_that_the_back_office_cannot_hold_are_refused_by_name(
    bench: Bench, office: str, zone: str
) -> None:
    answers = [
        await stored(bench, office, zone, LastModifiedDate=json.dumps(text)) for text in REFUSED
    ]

    assert [said for said in answers if "LastModifiedDate" not in said] == []
    assert await bench.records() == []
