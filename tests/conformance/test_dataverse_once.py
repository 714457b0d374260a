"""Dataverse stores a delivery once, however often it is sent, and no person has to check it."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.appointment import Action
from common.contracts.connector import Limits
from common.contracts.delivery import Status
from dispatcher import next_try
from dispatcher.outcome import Outcome
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body

RESOURCES = [{"Resource": {"ResourceNo": "JO"}}, {"Resource": {"ResourceNo": "HE"}}]
BODY = as_body(a_snapshot(Assignments=RESOURCES)).decode()
REQUEST = a_delivery(transaction=a_transaction(body=BODY))
AGAIN = a_delivery(attempt=2, transaction=a_transaction(body=BODY))
HASTY, PATIENT = Limits(total_timeout_s=0.5), Limits(total_timeout_s=10)
UNANSWERED: list[dict[str, Any]] = [
    {"store_then_silence": True},
    {"delay_s": 3, "status": 503},
    *({"reset": True, "stored_first": stored} for stored in (True, False)),
    *(
        {"status": status, "stored_first": stored}
        for status in (408, 500, 502, 503, 504, 520)
        for stored in (True, False)
    ),
    {"malformed": True},
    {"body": "html"},
    {"oversized_bytes": 2_000_000},
]
STORED = ("store_then_silence", "stored_first", "malformed", "body", "oversized_bytes")
FOUND = "had the record already"


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_try, "FIRST_BACKOFF_S", 0.01)


def is_stored(fault: dict[str, Any]) -> bool:
    return any(fault.get(name) for name in STORED)


async def attempt(bench: Bench, request: Any = REQUEST, **fault: Any) -> Outcome:
    if fault:
        await bench.fault(**fault)
    is_silent = fault.keys() & {"store_then_silence", "delay_s"}
    limits = HASTY if is_silent else PATIENT
    return await bench.attempt(bench.connector("CRM", limits=limits), request)


@pytest.mark.parametrize("fault", UNANSWERED, ids=str)
async def test_a_call_without_an_answer_is_repeated_and_stored_once(
    bench: Bench, fault: dict[str, Any]
) -> None:
    outcome = await attempt(bench, **fault, times=1)

    [record] = await bench.records()
    assert (outcome.status, outcome.outcome_unknown, outcome.tries) == (Status.SUCCESS, False, 2)
    assert (FOUND in (outcome.message or "")) is is_stored(fault)
    assert outcome.receipt is not None
    assert outcome.receipt.record_id == record["entity_id"]
    assert [one["dime_resourceno"] for one in record["resources"]] == ["JO", "HE"]


@pytest.mark.parametrize(
    "fault", [one for one in UNANSWERED if "oversized_bytes" not in one], ids=str
)
async def test_after_three_tries_a_later_attempt_ends_the_doubt(
    bench: Bench, fault: dict[str, Any]
) -> None:
    failed = await attempt(bench, **fault)
    stored = len(await bench.records())
    await bench.simulator.simulated("DELETE", bench.name, "/faults")
    settled = await attempt(bench, AGAIN)

    [record] = await bench.records()
    assert (failed.status, failed.outcome_unknown, failed.tries) == (Status.FAILED, True, 3)
    assert failed.retryable
    assert "A retry does not store it twice." in (failed.message or "")
    assert stored == int(is_stored(fault))
    assert (settled.status, settled.tries) == (Status.SUCCESS, 1)
    assert (FOUND in (settled.message or "")) is bool(stored)
    assert settled.receipt is not None
    assert settled.receipt.record_id == record["entity_id"]


async def test_each_delivery_has_a_record_of_its_own(bench: Bench) -> None:
    for number in (1, 2):
        for action in (Action.CREATE, Action.UPDATE):
            transaction = a_transaction(f"t{number}", action=action, body=BODY)
            await attempt(bench, a_delivery(transaction=transaction))

    records = await bench.records()
    assert [record["action"] for record in records] == ["create", "create"]
    assert len({record["entity_id"] for record in records}) == 2


@pytest.mark.parametrize(
    ("code", "status"),
    [("0x80060892", 412), ("0x80040333", 412), ("0x80040237", 400), ("0x80060892", 400)],
)
async def test_another_record_with_the_same_key_is_no_success(
    bench: Bench, code: str, status: int
) -> None:
    error = {"code": code, "message": "Entity Key Number violated.", "status": status}
    outcome = await attempt(bench, odata_error=error)

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, False)
    assert "another record with the same key" in (outcome.message or "")
    assert await bench.records() == []


async def test_a_changed_record_is_no_success(bench: Bench) -> None:
    error = {"code": "0x80060882", "message": "The version does not match.", "status": 412}
    outcome = await attempt(bench, odata_error=error)

    assert outcome.status is Status.FAILED
