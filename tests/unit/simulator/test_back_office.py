"""The calls that a back office stores, and the errors that it counts."""

from __future__ import annotations

import json

import pytest

from simulator.authentication.requirements import read_requirement
from simulator.back_offices.back_office import BackOffice, MemoryLimits
from simulator.back_offices.back_offices import MAX_BACK_OFFICES, BackOffices
from simulator.back_offices.fault import Fault
from simulator.back_offices.fault_injector import FaultInjector
from simulator.back_offices.record import read_webhook
from simulator.errors import TooManyError


def a_back_office(records: int = 100, history: int = 100) -> BackOffice:
    return BackOffice(MemoryLimits(records, history))


def a_body(appointment: int = 1, modified: str = "2026-07-21T14:00:00.000") -> bytes:
    return json.dumps(
        {"Id": appointment, "LastModifiedDate": modified, "Subject": "№7 🔧"}, ensure_ascii=False
    ).encode()


def store(
    back_office: BackOffice, body: bytes | None = None, webhook_id: str | None = None
) -> None:
    headers = {"X-Dime-Action": "update"} | ({"webhook-id": webhook_id} if webhook_id else {})
    content = a_body() if body is None else body
    back_office.store(read_webhook(headers, content), headers, content)


def test_the_body_is_kept_to_the_byte_with_its_action_and_id() -> None:
    back_office = a_back_office()

    store(back_office, webhook_id="d1")

    (record,) = back_office.records(None, 0, 10)
    assert (record.body, record.action, record.webhook_id, record.appointment) == (
        a_body(),
        "update",
        "d1",
        "1",
    )


def test_secrets_among_the_headers_are_not_kept() -> None:
    back_office = a_back_office()

    headers = {
        "Authorization": "Basic eDp5",
        "Cookie": "s=1",
        "X-API-KEY": "k",
        "webhook-signature": "v1,xyz",
        "User-Agent": "curl",
    }

    back_office.store(read_webhook(headers, a_body()), headers, a_body())

    assert set(back_office.records(None, 0, 10)[0].headers) == {"User-Agent"}


def test_an_older_snapshot_after_a_newer_one_is_out_of_order() -> None:
    back_office = a_back_office()
    for time in ("14:00:00.001", "14:00:00.003", "14:00:00.002", "14:00:00.003"):
        store(back_office, a_body(1, f"2026-07-21T{time}"))
    store(back_office, a_body(2, "2026-07-21T13:00:00.000"))

    assert back_office.counts["out_of_order"] == 1


def test_offsets_count_when_times_are_compared() -> None:
    back_office = a_back_office()
    store(back_office, a_body(1, "2026-07-21T14:00:00+02:00"))
    store(back_office, a_body(1, "2026-07-21T13:00:00Z"))

    assert back_office.counts["out_of_order"] == 0


def test_the_same_webhook_id_stored_again_is_repeated() -> None:
    back_office = a_back_office()
    for webhook_id in ("d1", "d2", "d1"):
        store(back_office, webhook_id=webhook_id)

    assert (back_office.counts["stored"], back_office.counts["repeated"]) == (3, 1)


def test_records_are_paged_by_number_and_found_by_appointment() -> None:
    back_office = a_back_office()
    for number in range(1, 11):
        store(back_office, a_body(number % 2))

    assert [r.number for r in back_office.records(None, 3, 2)] == [4, 5]
    assert [r.number for r in back_office.records("1", 4, 2)] == [5, 7]


def test_memory_is_bounded_and_the_drop_is_told() -> None:
    back_office = a_back_office(records=3, history=5)
    for number in range(1, 11):
        store(back_office, a_body(number), webhook_id=f"d{number}")

    assert [r.number for r in back_office.records(None, 0, 10)] == [8, 9, 10]
    assert [r.number for r in back_office.records(None, 8, 10)] == [9, 10]
    assert list(back_office.sequences(None)) == ["6", "7", "8", "9", "10"]
    assert back_office.counts["dropped"] == 7


def test_the_sequence_of_one_appointment_outlives_its_bodies() -> None:
    back_office = a_back_office(records=1)
    for millisecond in range(3):
        store(back_office, a_body(1, f"2026-07-21T14:00:00.00{millisecond}"))

    sequences = back_office.sequences("1")["1"]

    assert [step.number for step in sequences] == [1, 2, 3]
    assert len({step.hash for step in sequences}) == 3


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[1]", b'{"Id": "x"}', b"\xff"])
def test_a_body_that_is_no_snapshot_is_kept_all_the_same(body: bytes) -> None:
    back_office = a_back_office()

    store(back_office, body)

    assert back_office.records(None, 0, 10)[0].body == body


def test_faults_that_are_over_are_gone() -> None:
    back_office = a_back_office()
    back_office.fault_injector = FaultInjector(Fault(status=503, times=1))

    struck = [back_office.choose_fault() is not None for _ in range(2)]

    assert struck == [True, False]
    assert back_office.fault_injector is None
    assert back_office.counts["faulted"] == 1


def test_forgetting_keeps_the_fault_that_was_set() -> None:
    offices = BackOffices(MemoryLimits(10, 10))
    store(offices.get_or_create("bc"))
    offices.get_or_create("bc").fault_injector = FaultInjector(Fault(reset=True))

    offices.clear("bc")

    assert offices.get("bc").counts["stored"] == 0
    assert offices.get("bc").fault_injector is not None


def test_there_is_an_end_to_back_offices_but_forgotten_ones_make_room() -> None:
    offices = BackOffices(MemoryLimits(10, 10))
    for number in range(MAX_BACK_OFFICES):
        offices.get_or_create(f"bc-{number}")
    with pytest.raises(TooManyError):
        offices.get_or_create("one-more")

    offices.clear("bc-0")

    offices.get_or_create("one-more")


def test_a_back_office_requires_authentication_from_its_first_call() -> None:
    required = read_requirement(b'{"type": "Basic", "login": "DIME", "password": "made-up"}')
    offices = BackOffices(MemoryLimits(10, 10), authentication={"bc": required})

    result = offices.get("bc").authenticate(None, None)

    assert result is not None
    assert not result.is_authenticated
    assert offices.get("another").authenticate(None, None) is None
