"""Dates in the format of older .NET serializers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from dispatcher.back_offices.dates import read_date

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/Date(1784642589447)/", "2026-07-21T14:03:09.447Z"),
        ("/Date(1784642589447+0200)/", "2026-07-21T14:03:09.447Z"),
        ("/Date(0)/", "1970-01-01T00:00:00.000Z"),
        ("/Date(-2208988800000)/", "1900-01-01T00:00:00.000Z"),
        ("/Date(-62135596799999)/", "0001-01-01T00:00:00.001Z"),
    ],
)
def test_milliseconds_since_1970_name_a_moment_in_utc(written: str, sent: str) -> None:
    found = read_date(written, BRUSSELS)

    assert found is not None
    assert found.text == sent
    assert found.moment.utcoffset() is not None


@pytest.mark.parametrize("count", [-62_135_596_800_000, 253_402_300_799_999])
def test_dotnets_first_and_last_date_in_milliseconds_are_no_value(count: int) -> None:
    assert read_date(f"/Date({count})/", BRUSSELS) is None


@pytest.mark.parametrize(
    "written", ["/Date()/", "/Date(1.5)/", "/Date(999999999999999)/", "/Date(1)", "/Date(٣)/"]
)
def test_other_texts_of_that_form_are_no_date(written: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|outside the years"):
        read_date(written, BRUSSELS)
