from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from common.contracts.appointment import Action
from common.contracts.moments import ticks_of
from ingest.changes import read_change
from ingest.dates import Arrival
from ingest.errors import InvalidFieldError, UnreadableError
from ingest.snapshot import MAX_TEXT_LENGTH, read_snapshot
from tests.support.builders import a_snapshot, as_body

GUID, NO_GUID = "f3b1f7a0-9f3e-4d0e-8a64-0d9a3c1f5b7e", "00000000-0000-0000-0000-000000000000"


def test_both_published_shapes_name_the_same_appointment() -> None:
    full = read_snapshot(
        b'{"Id": 7, "appointmentNo": "A7", "LastModifiedDate": "2026-07-21T14:03:09.447"}', "demo"
    )
    trimmed = read_snapshot(
        b'{"id": 7, "appointmentNo": "A7", "LastModifiedDate": "2026-07-21T14:03:09.447"}', "demo"
    )

    assert full == trimmed
    assert full.key == "demo/7"


def test_an_offset_in_the_last_modified_date_is_honoured_and_none_means_utc() -> None:
    with_offset = read_snapshot(
        as_body(a_snapshot(modified="2026-07-21T16:03:09.447+02:00")), "demo"
    )
    without = read_snapshot(as_body(a_snapshot(modified="2026-07-21T14:03:09.447")), "demo")

    assert (
        with_offset.modified_at
        == without.modified_at
        == datetime(2026, 7, 21, 14, 3, 9, 447_000, tzinfo=UTC)
    )


def test_dates_of_the_appointment_stay_unchanged() -> None:
    found = read_snapshot(as_body(a_snapshot(StartDate="2026-03-29T02:30:00+01:00")), "demo")

    assert found.start == "2026-03-29T02:30:00+01:00"


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"AppointmentGuid": GUID}, f"demo/{GUID}"),
        ({"appointmentNo": "APP-1"}, "demo/APP-1"),
        ({"AppointmentGuid": NO_GUID, "appointmentNo": "APP-1"}, "demo/APP-1"),
        ({"AppointmentGuid": " ", "appointmentNo": "APP-1"}, "demo/APP-1"),
    ],
)
def test_without_an_id_the_guid_or_number_is_the_identity(given: dict[str, Any], key: str) -> None:
    assert read_snapshot(as_body(a_snapshot(appointment_id=0, **given)), "demo").key == key


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": "7", "LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": 7}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "soon"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "2026-07-21T14:03:09", "Task": "none"}', "Task"),
        (
            (
                b'{"Id": 7, "LastModifiedDate": "2026-07-21T14:03:09", "Task": {"Job": '
                b'{"SourceApp": 3}}}'
            ),
            "Task.Job.SourceApp",
        ),
        (b'{"Id": 7, "LastModifiedDate": 1784642589}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": null}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "0001-01-01T00:00:00"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "0001-01-01T00:00:00+01:00"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "9999-12-31T23:59:59-05:00"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "2026-02-30T14:03:09"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "2026-07-21T24:00:00"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "/Date(253402300800000)/"}', "LastModifiedDate"),
        (b'{"Id": 7, "LastModifiedDate": "2026-07-21T14:03:09+15:00"}', "LastModifiedDate"),
        (b'{"Id": null, "LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": 1.0, "LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": -1, "LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": 9223372036854775808, "LastModifiedDate": "2026-07-21T14:03:09"}', "Id"),
        (b'{"Id": 7, "CreatedDate": "soon"}', "CreatedDate"),
        (b"7", "body"),
    ],
)
def test_the_error_names_a_bad_field(body: bytes, field: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_snapshot(body, "demo")

    assert refused.value.errors[0]["field"] == field


def test_text_that_is_not_json_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read_snapshot(b"{", "demo")


NOW = datetime(2026, 7, 21, 15, 0, tzinfo=UTC)


def test_the_last_modified_date_is_read_to_its_seventh_digit() -> None:
    found = read_snapshot(as_body(a_snapshot(modified="2026-07-21T14:03:09.4471234")), "demo")

    assert found.modified_ticks == ticks_of(found.modified_at) + 4
    assert found.modified_at == datetime(2026, 7, 21, 14, 3, 9, 447_123, tzinfo=UTC)


def test_rowversions_sort_as_text_like_their_numbers() -> None:
    older, newer = (
        read_snapshot(as_body(a_snapshot(Timestamp=timestamp)), "demo").rowversion
        for timestamp in ("AAAAAAAAB/8=", "AAAAAAAACAA=")
    )

    assert (older, newer) == ("00000000000007ff", "0000000000000800")


@pytest.mark.parametrize("timestamp", [None, "", "AAAA", "no base64", 7, {}, "AAAAAAAAB/8é"])
def test_an_invalid_rowversion_is_ignored(timestamp: Any) -> None:
    assert read_snapshot(as_body(a_snapshot(Timestamp=timestamp)), "demo").rowversion is None


@pytest.mark.parametrize("reported", [None, "", "0001-01-01T00:00:00", "0001-01-01T00:00:00Z"])
def test_an_appointment_that_was_never_modified_has_the_time_of_its_creation(
    reported: str | None,
) -> None:
    body = as_body(
        a_snapshot() | {"LastModifiedDate": reported, "CreatedDate": "2026-07-20T09:12:00"}
    )

    found = read_snapshot(body, "demo", Arrival(NOW))

    assert found.modified_at == datetime(2026, 7, 20, 9, 12, tzinfo=UTC)
    assert found.reported_modified_at is None


@pytest.mark.parametrize("reported", ["2026-07-21T16:00:00.0000001", "9999-12-31T23:59:59.9999999"])
def test_a_time_more_than_an_hour_ahead_counts_as_the_time_of_arrival(reported: str) -> None:
    found = read_snapshot(as_body(a_snapshot(modified=reported)), "demo", Arrival(NOW))

    assert (found.modified_at, found.ticks) == (NOW, ticks_of(NOW))
    assert found.reported_modified_at == reported


def test_a_time_an_hour_ahead_still_counts() -> None:
    found = read_snapshot(as_body(a_snapshot(modified="2026-07-21T16:00:00")), "demo", Arrival(NOW))

    assert found.modified_at == datetime(2026, 7, 21, 16, tzinfo=UTC)
    assert found.reported_modified_at is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"Id": 7, "Qty": NaN, "LastModifiedDate": "2026-07-21T14:03:09"}', "Qty"),
        (
            b'{"Id": 7, "LastModifiedDate": "2026-07-21T14:03:09", "A": [{"B": -Infinity}]}',
            "A.0.B",
        ),
    ],
)
def test_the_error_names_a_field_with_nan_or_infinity(body: bytes, field: str) -> None:
    for sent in (body, body.decode()):
        with pytest.raises(InvalidFieldError) as refused:
            read_snapshot(sent, "demo")

        assert refused.value.errors[0]["field"] == field


def test_text_about_infinity_is_text() -> None:
    found = read_snapshot(as_body(a_snapshot(Subject="NaN to Infinity")), "demo")

    assert found.subject == "NaN to Infinity"


def test_id_number_and_guid_of_the_same_text_are_three_appointments() -> None:
    keys = {
        read_snapshot(as_body(a_snapshot() | {"Id": 0} | given), "demo").key
        for given in ({"Id": 123}, {"appointmentNo": "123"}, {"AppointmentGuid": "123"})
    }

    assert len(keys) == 3


def test_the_id_is_the_identity_with_every_guid() -> None:
    found = read_snapshot(as_body(a_snapshot(appointment_id=7, AppointmentGuid=GUID)), "demo")

    assert (found.key, found.appointment_guid) == ("demo/7", GUID)


def test_a_null_id_is_ignored() -> None:
    body = as_body(a_snapshot() | {"Id": None, "AppointmentGuid": GUID})

    assert read_snapshot(body, "demo").key == f"demo/{GUID}"


def test_a_guid_that_is_too_long_still_names_one_appointment() -> None:
    keys = {
        read_snapshot(as_body(a_snapshot(appointment_id=0, AppointmentGuid=guid)), "demo").key
        for guid in ("g" * 300, "g" * 300 + "1")
    }

    assert len(keys) == 2


def test_a_long_text_is_truncated_in_lists_and_passed_on_whole() -> None:
    body = as_body(a_snapshot(Subject="x" * 3_000_000)).decode()

    change = read_change("demo", Action.UPDATE, body)

    assert change.appointment.subject == "x" * MAX_TEXT_LENGTH
    assert change.body == body


@pytest.mark.parametrize(
    "date",
    ["/Date(1784642589447)/", "/Date(1784642589447+0200)/", "2026-07-21T14:03:09.4470000Z"],
)
def test_a_date_in_milliseconds_is_read(date: str) -> None:
    found = read_snapshot(as_body(a_snapshot(modified=date)), "demo", Arrival(NOW))

    assert found.modified_at == datetime(2026, 7, 21, 14, 3, 9, 447_000, tzinfo=UTC)


def test_the_last_of_two_members_with_one_name_counts() -> None:
    body = b'{"Id": 1, "Id": 2, "LastModifiedDate": "2026-07-21T14:03:09"}'

    assert read_snapshot(body, "demo").appointment_id == 2
