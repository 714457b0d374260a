from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from common.contracts.appointment import Action
from ingest.changes import MAX_MESSAGE_BYTES, read_change, read_changes
from ingest.errors import InvalidFieldError, TooLargeError
from tests.support.builders import a_snapshot, as_body


def test_the_same_body_gives_the_same_transaction_id() -> None:
    text = as_body(a_snapshot()).decode()

    assert (
        read_change("demo", Action.UPDATE, text).transaction_id
        == read_change("demo", Action.UPDATE, text).transaction_id
    )


def test_another_action_source_or_body_gives_another_transaction_id() -> None:
    text, other = as_body(a_snapshot()).decode(), as_body(a_snapshot(Subject="moved")).decode()
    ids = {
        read_change("demo", Action.UPDATE, text).transaction_id,
        read_change("demo", Action.DELETE, text).transaction_id,
        read_change("test", Action.UPDATE, text).transaction_id,
        read_change("demo", Action.UPDATE, other).transaction_id,
    }

    assert len(ids) == 4


def test_the_body_is_published_byte_for_byte() -> None:
    text = (
        '{"Id": 1, "Qty": 2.50, "LastModifiedDate": "2026-07-21T14:03:09", "FutureField": '
        '{"Unknown": [1]}}'
    )

    assert read_change("demo", Action.CREATE, text).body == text


def test_one_bad_appointment_refuses_the_whole_array_and_its_index_is_named() -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_changes("demo", Action.UPDATE, b"[" + as_body(a_snapshot()) + b',{"Id": 2}]')

    assert refused.value.errors[0]["field"] == "1.LastModifiedDate"


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-05:00"])
def test_a_date_outside_the_calendar_is_named_with_its_index_in_the_array(date: str) -> None:
    with pytest.raises(InvalidFieldError) as refused:
        read_changes(
            "demo",
            Action.UPDATE,
            b"[" + as_body(a_snapshot()) + b"," + as_body(a_snapshot(modified=date)) + b"]",
        )

    assert refused.value.errors[0]["field"] == "1.LastModifiedDate"


def test_changes_of_one_array_have_one_arrival_and_an_index_each() -> None:
    body = b"[" + b",".join(as_body(a_snapshot()) for _ in range(3)) + b"]"

    changes = read_changes("demo", Action.UPDATE, body)

    assert [change.place for change in changes] == [0, 1, 2]
    assert len({change.received_at for change in changes}) == 1


def test_a_change_is_read_in_the_time_zone_of_its_source() -> None:
    body = as_body(a_snapshot(modified="2026-01-21T14:03:09"))

    (change,) = read_changes("demo", Action.UPDATE, body, zone=ZoneInfo("Europe/Brussels"))

    assert change.appointment.modified_at == datetime(2026, 1, 21, 13, 3, 9, tzinfo=UTC)


def test_a_change_that_no_message_can_hold_is_refused_before_anything_is_published() -> None:
    with pytest.raises(TooLargeError, match=str(MAX_MESSAGE_BYTES)):
        read_changes("demo", Action.UPDATE, as_body(a_snapshot(1, Body='"' * 4_200_000)))
