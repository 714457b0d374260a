"""What a back office remembers, and what it counts as wrong."""

from __future__ import annotations

import json

import pytest

from simulator.back_offices.back_office import BackOffice, Bounds
from simulator.back_offices.back_offices import MOST, BackOffices
from simulator.back_offices.fault import Fault
from simulator.back_offices.faults import Faults
from simulator.back_offices.record import read_webhook
from simulator.errors import TooManyError


def a_back_office(records: int = 100, history: int = 100) -> BackOffice:
    return BackOffice(Bounds(records, history))


def a_body(appointment: int = 1, modified: str = "2026-07-21T14:00:00.000") -> bytes:
    return json.dumps(
        {"Id": appointment, "LastModifiedDate": modified, "Subject": "№7 🔧"}, ensure_ascii=False
    ).encode()


def store(office: BackOffice, body: bytes | None = None, webhook_id: str | None = None) -> None:
    headers = {"X-Dime-Action": "update"} | ({"webhook-id": webhook_id} if webhook_id else {})
    content = a_body() if body is None else body
    office.keep(read_webhook(headers, content), headers, content)


def test_the_body_is_kept_to_the_byte_with_its_action_and_id() -> None:
    office = a_back_office()

    store(office, webhook_id="d1")

    (record,) = office.records(None, 0, 10)
    assert (record.body, record.action, record.webhook_id, record.appointment) == (
        a_body(),
        "update",
        "d1",
        "1",
    )


def test_secrets_among_the_headers_are_not_kept() -> None:
    office = a_back_office()

    headers = {
        "Authorization": "Basic eDp5",
        "Cookie": "s=1",
        "X-API-KEY": "k",
        "webhook-signature": "v1,xyz",
        "User-Agent": "curl",
    }

    office.keep(read_webhook(headers, a_body()), headers, a_body())

    assert set(office.records(None, 0, 10)[0].headers) == {"User-Agent"}


def test_an_older_snapshot_after_a_newer_one_is_out_of_order() -> None:
    office = a_back_office()
    for time in ("14:00:00.001", "14:00:00.003", "14:00:00.002", "14:00:00.003"):
        store(office, a_body(1, f"2026-07-21T{time}"))
    store(office, a_body(2, "2026-07-21T13:00:00.000"))

    assert office.counts["out_of_order"] == 1


def test_offsets_count_when_times_are_compared() -> None:
    office = a_back_office()
    store(office, a_body(1, "2026-07-21T14:00:00+02:00"))
    store(office, a_body(1, "2026-07-21T13:00:00Z"))

    assert office.counts["out_of_order"] == 0


def test_the_same_webhook_id_stored_again_is_repeated() -> None:
    office = a_back_office()
    for webhook_id in ("d1", "d2", "d1"):
        store(office, webhook_id=webhook_id)

    assert (office.counts["stored"], office.counts["repeated"]) == (3, 1)


def test_records_are_paged_by_number_and_found_by_appointment() -> None:
    office = a_back_office()
    for number in range(1, 11):
        store(office, a_body(number % 2))

    assert [r.number for r in office.records(None, 3, 2)] == [4, 5]
    assert [r.number for r in office.records("1", 4, 2)] == [5, 7]


def test_memory_is_bounded_and_the_drop_is_told() -> None:
    office = a_back_office(records=3, history=5)
    for number in range(1, 11):
        store(office, a_body(number), webhook_id=f"d{number}")

    assert [r.number for r in office.records(None, 0, 10)] == [8, 9, 10]
    assert [r.number for r in office.records(None, 8, 10)] == [9, 10]
    assert list(office.steps(None)) == ["6", "7", "8", "9", "10"]
    assert office.counts["dropped"] == 7


def test_the_sequence_of_one_appointment_outlives_its_bodies() -> None:
    office = a_back_office(records=1)
    for millisecond in range(3):
        store(office, a_body(1, f"2026-07-21T14:00:00.00{millisecond}"))

    steps = office.steps("1")["1"]

    assert [step.number for step in steps] == [1, 2, 3]
    assert len({step.hash for step in steps}) == 3


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b'{"Id": "x"}', b"\xff"])
def test_a_body_that_is_no_snapshot_is_kept_all_the_same(body: bytes) -> None:
    office = a_back_office()

    store(office, body)

    assert office.records(None, 0, 10)[0].body == body


def test_faults_that_are_over_are_gone() -> None:
    office = a_back_office()
    office.faults = Faults(Fault(status=503, times=1))

    struck = [office.strike() is not None for _ in range(2)]

    assert struck == [True, False]
    assert office.faults is None
    assert office.counts["faulted"] == 1


def test_forgetting_keeps_the_fault_that_was_set() -> None:
    offices = BackOffices(Bounds(10, 10))
    store(offices.open("bc"))
    offices.open("bc").faults = Faults(Fault(reset=True))

    offices.forget("bc")

    assert offices.look("bc").counts["stored"] == 0
    assert offices.look("bc").faults is not None


def test_there_is_an_end_to_back_offices_but_forgotten_ones_make_room() -> None:
    offices = BackOffices(Bounds(10, 10))
    for number in range(MOST):
        offices.open(f"bc-{number}")
    with pytest.raises(TooManyError):
        offices.open("one-more")

    offices.forget("bc-0")

    offices.open("one-more")
