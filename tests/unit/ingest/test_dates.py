from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import Arrival, modified_time, parse_date

BRUSSELS, NEW_YORK = ZoneInfo("Europe/Brussels"), ZoneInfo("America/New_York")


def at(text: str, arrived: datetime, zone: ZoneInfo = BRUSSELS) -> datetime:
    return modified_time(parse_date(text), Arrival(arrived, zone)).at


def test_a_time_without_offset_is_read_in_the_zone_of_its_source() -> None:
    arrived = datetime(2026, 7, 21, 12, 3, 10, tzinfo=UTC)

    assert at("2026-07-21T14:03:09", arrived) == datetime(2026, 7, 21, 12, 3, 9, tzinfo=UTC)


def test_an_offset_counts_in_every_zone() -> None:
    arrived = datetime(2026, 7, 21, 12, 3, 10, tzinfo=UTC)

    assert at("2026-07-21T11:03:09-01:00", arrived) == datetime(2026, 7, 21, 12, 3, 9, tzinfo=UTC)


def test_two_edits_in_the_repeated_hour_are_in_the_order_of_their_arrival() -> None:
    first = at("2026-10-25T02:50:00", datetime(2026, 10, 25, 0, 50, 1, tzinfo=UTC))
    second = at("2026-10-25T02:10:00", datetime(2026, 10, 25, 1, 10, 1, tzinfo=UTC))

    assert first == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert second == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)


def test_a_clock_that_is_a_minute_fast_changes_no_time_in_the_repeated_hour() -> None:
    found = at("2026-10-25T02:10:00", datetime(2026, 10, 25, 1, 9, tzinfo=UTC))

    assert found == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)


def test_a_time_in_the_skipped_hour_is_read() -> None:
    found = at("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 31, tzinfo=UTC))

    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_the_largest_date_of_dotnet_counts_as_the_arrival_in_every_zone() -> None:
    arrived = datetime(2026, 7, 21, 12, tzinfo=UTC)

    assert at("9999-12-31T23:59:59.9999999", arrived, NEW_YORK) == arrived
    assert at("9999-12-31T23:59:59.9999999+02:00", arrived) == arrived


@pytest.mark.parametrize(
    "text",
    ["2026-07-21T14:03:09Z", "2026-07-21 14:03:09+00:00", "2026-07-21T16:03:09.0000000+0200"],
)
def test_every_form_of_iso_8601_that_dotnet_writes_is_read(text: str) -> None:
    arrived = datetime(2026, 7, 21, 15, tzinfo=UTC)

    assert at(text, arrived) == datetime(2026, 7, 21, 14, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "0000-01-01T00:00:00",
        "2026-13-01T00:00:00",
        "2026-07-21T14:03:60",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-05:00",
        "٢٠٢٦-07-21T14:03:09",
        "07/21/2026 14:03:09",
        "2026-07-21T14:03:09+25:00",
        "2026-07-21T14:03:09+13:60",
        "/Date(-62135596800001)/",
        "/Date(99999999999999999999)/",
    ],
)
def test_an_invalid_date_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a date|is not a valid date|lies outside|offset"):
        parse_date(text)


@pytest.mark.parametrize("text", ["/Date(-62135596800000)/", "/Date(-62135596800000+0100)/"])
def test_the_minimum_date_of_dotnet_in_milliseconds_means_no_value(text: str) -> None:
    assert parse_date(text).is_missing


MILLISECONDS = st.builds("/Date({}{})/".format, st.integers(), st.sampled_from(["", "+0200"]))
DATES = MILLISECONDS | st.builds(
    "{:%Y-%m-%dT%H:%M:%S}{}{}".format,
    st.datetimes(),
    st.sampled_from(["", ".1", ".1234567", ".123456789"]),
    st.sampled_from(["", "Z", "+14:00", "-12:00", "+05:30", "+99:99"]),
)


@given(text=DATES, arrived=st.datetimes(timezones=st.just(UTC)))
def test_every_text_is_a_date_or_a_value_error(text: str, arrived: datetime) -> None:
    try:
        written = parse_date(text)
    except ValueError:
        return

    assert datetime.min.replace(tzinfo=UTC) <= modified_time(written, Arrival(arrived, NEW_YORK)).at
