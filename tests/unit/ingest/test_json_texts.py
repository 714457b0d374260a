from __future__ import annotations

import pytest

from ingest.errors import InvalidFieldError, TooLargeError, UnreadableError
from ingest.json_texts import MAX_APPOINTMENTS, split_members, split_snapshots


def test_each_element_of_an_array_keeps_its_text() -> None:
    texts = split_snapshots(
        '  [ {"Id": 1, "Qty": 2.50} ,\r\n{"Id":2,"Subject":"圧縮機 ]"}]\n'.encode()
    )

    assert texts == ['{"Id": 1, "Qty": 2.50}', '{"Id":2,"Subject":"圧縮機 ]"}']


def test_a_single_appointment_keeps_every_byte() -> None:
    assert split_snapshots(b' {"Id": 1}\n') == [' {"Id": 1}\n']


@pytest.mark.parametrize(
    "body", [b"[", b"[}", b"[1 2]", b"[1,", b"[1,]", b"\xff{}", b"[" * 200_000]
)
def test_a_broken_body_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        split_snapshots(body)


@pytest.mark.parametrize("body", [b"[]", b"[{}] {}"])
def test_an_empty_array_or_text_after_it_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidFieldError):
        split_snapshots(body)


def test_a_number_of_any_length_stays_unchanged() -> None:
    number = "9" * 5_000

    assert split_snapshots(f'[{{"Qty":{number}}}]'.encode()) == [f'{{"Qty":{number}}}']


def test_too_many_appointments_are_refused() -> None:
    with pytest.raises(TooLargeError):
        split_snapshots(b"[" + b"1," * MAX_APPOINTMENTS + b"1]")


def test_members_keep_their_text_and_the_last_one_of_a_name_counts() -> None:
    found = split_members('{"a": 1, "body" : {"Qty": 2.50, "x": [1 ,2]}, "a":"\\u00e9"}')

    assert found == {"a": '"\\u00e9"', "body": '{"Qty": 2.50, "x": [1 ,2]}'}


@pytest.mark.parametrize(
    "text",
    ["", "7", "[]", "{", '{"a"}', '{"a":}', '{"a":1,}', "{1:2}", '{"a":1} x', '{"a":1"b":2}'],
)
def test_a_text_without_object_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        split_members(text)
