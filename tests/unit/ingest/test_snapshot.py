from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.errors import InvalidFieldError, UnreadableError
from ingest.snapshot import read_snapshot, split_snapshots
from tests.support.builders import a_snapshot, as_body


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


def test_dates_of_the_appointment_stay_the_text_they_were() -> None:
    found = read_snapshot(as_body(a_snapshot(StartDate="2026-03-29T02:30:00+01:00")), "demo")

    assert found.start == "2026-03-29T02:30:00+01:00"


@pytest.mark.parametrize(
    ("given", "key"),
    [({"AppointmentGuid": "g-1"}, "demo/g-1"), ({"appointmentNo": "APP-1"}, "demo/APP-1")],
)
def test_without_an_id_the_guid_or_number_names_the_appointment(
    given: dict[str, Any], key: str
) -> None:
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
        (b"7", "body"),
    ],
)
def test_a_bad_field_is_named(body: bytes, field: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_snapshot(body, "demo")

    assert refused.value.errors[0]["field"] == field


def test_text_that_is_not_json_is_unreadable() -> None:
    with pytest.raises(UnreadableError):
        read_snapshot(b"{", "demo")


def test_each_element_of_an_array_keeps_its_text() -> None:
    texts = split_snapshots(
        '  [ {"Id": 1, "Qty": 2.50} ,\r\n{"Id":2,"Subject":"圧縮機 ]"}]\n'.encode()
    )

    assert texts == ['{"Id": 1, "Qty": 2.50}', '{"Id":2,"Subject":"圧縮機 ]"}']


def test_a_single_appointment_keeps_every_byte() -> None:
    assert split_snapshots(b' {"Id": 1}\n') == [' {"Id": 1}\n']


@pytest.mark.parametrize("body", [b"[", b"[}", b"[1 2]", b"[1,", b"\xff{}", b"[" * 200_000])
def test_a_broken_body_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        split_snapshots(body)


@pytest.mark.parametrize("body", [b"[]", b"[{}] {}"])
def test_an_empty_array_or_something_behind_it_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidFieldError):
        split_snapshots(body)
