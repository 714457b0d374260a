"""An attempt after one of unknown outcome asks the back office first, and stores one record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.contracts.connector import Connector, Limits
from common.contracts.delivery import DeliveryRequested, Status, Trigger
from dispatcher import next_try
from dispatcher.ledger.claim import UnknownAttempt
from dispatcher.outcome import Outcome
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body
from tests.support.system import until

READ_BACK = ("Business Central SOAP", "NAV", "Business Central API page")
OFFICE = pytest.mark.parametrize("office", READ_BACK)
CUT = {"reset": True, "times": 1}
LONG_AGO = timedelta(hours=1)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_try, "FIRST_BACKOFF_S", 0.01)


def a_request(number: int = 7, **fields: Any) -> DeliveryRequested:
    """Return the request of one change of appointment 7."""
    given = {"attempt": 2, "trigger": Trigger.WEBSITE} | fields
    snapshot = a_snapshot(7) | {"LastModifiedDate": f"2026-03-02T08:15:{number:02}.417Z"}
    transaction = a_transaction(f"t{number}", body=as_body(snapshot).decode())
    return a_delivery(transaction=transaction).model_copy(update=given)


def a_check(number: int = 7) -> DeliveryRequested:
    return a_request(number, trigger=Trigger.TIMER_JOB, is_check=True)


async def an_unknown_attempt(
    bench: Bench,
    connector: Connector,
    fault: Mapping[str, Any],
    ago: timedelta = LONG_AGO,
    request: DeliveryRequested | None = None,
) -> UnknownAttempt:
    """Deliver while the connection is cut, and return the attempt as the ledger stores it."""
    await bench.fault(**fault)
    outcome = await bench.attempt(connector, request or a_request(attempt=1))
    assert outcome.outcome_unknown
    return UnknownAttempt(datetime.now(UTC) - ago, outcome)


async def stored(bench: Bench) -> int:
    return (await bench.counts())["stored"]


@OFFICE
@pytest.mark.parametrize("request_of", [a_request, a_check])
async def test_a_record_that_was_stored_before_the_cut_is_found(
    bench: Bench, office: str, request_of: Any
) -> None:
    connector = bench.connector(office)
    unknown = await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})

    outcome = await bench.attempt(connector, request_of(), unknown)

    assert (outcome.status, outcome.outcome_unknown) == (Status.SUCCESS, False)
    assert outcome.message == (
        "The back office has the record: found 1 hour after a call without an answer. Nothing was "
        "sent again."
    )
    assert outcome.outcome_check is not None
    assert outcome.outcome_check.found is True
    assert outcome.receipt is not None
    assert outcome.receipt.entry_no == "1"
    assert await stored(bench) == 1


@OFFICE
@pytest.mark.parametrize("request_of", [a_request, a_check])
async def test_a_record_that_was_not_stored_is_sent_again(
    bench: Bench, office: str, request_of: Any
) -> None:
    connector = bench.connector(office)
    unknown = await an_unknown_attempt(bench, connector, CUT)

    outcome = await bench.attempt(connector, request_of(), unknown)

    assert (outcome.status, await stored(bench)) == (Status.SUCCESS, 1)


@OFFICE
async def test_a_record_that_is_stored_late_is_stored_once(bench: Bench, office: str) -> None:
    connector = bench.connector(office)
    late = CUT | {"stored_after_s": 0.4}
    unknown = await an_unknown_attempt(bench, connector, late, timedelta(minutes=1))

    early = await bench.attempt(connector, a_check(), unknown)
    await until(lambda: stored(bench), "the record to be stored late")
    later = await bench.attempt(connector, a_check(), unknown)

    assert (early.status, early.outcome_unknown) == (Status.FAILED, True)
    assert early.message == (unknown.outcome or Outcome(status=Status.FAILED)).message
    assert early.outcome_check is not None
    assert early.outcome_check.found is False
    assert early.outcome_check.next_at == unknown.since + timedelta(minutes=10)
    assert early.unknown_since == unknown.since
    assert (later.status, await stored(bench)) == (Status.SUCCESS, 1)


@OFFICE
async def test_another_version_of_the_appointment_is_not_its_record(
    bench: Bench, office: str
) -> None:
    connector = bench.connector(office)
    await bench.attempt(connector, a_request(6, attempt=1))
    unknown = await an_unknown_attempt(bench, connector, CUT)

    outcome = await bench.attempt(connector, a_check(), unknown)

    assert (outcome.status, await stored(bench)) == (Status.SUCCESS, 2)
    assert "found" not in (outcome.message or "")


@OFFICE
async def test_a_record_on_a_later_page_is_found(bench: Bench, office: str) -> None:
    connector = bench.connector(office, limits=Limits(calls_per_second=0))
    client = bench.build(connector)
    for number in range(130):
        snapshot = a_snapshot(7) | {"LastModifiedDate": f"2025-03-02T08:15:00.{number:03}Z"}
        body = as_body(snapshot).decode()
        await client.send(client.prepare(a_delivery(transaction=a_transaction(body=body))))
    unknown = await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})

    outcome = await bench.attempt(connector, a_check(), unknown)

    assert (outcome.status, await stored(bench)) == (Status.SUCCESS, 131)
    assert outcome.receipt is not None
    assert outcome.receipt.entry_no == "131"


@OFFICE
@pytest.mark.parametrize("request_of", [a_request, a_check])
@pytest.mark.parametrize(
    "fault",
    [
        {"reset": True},
        {"delay_s": 3.0},
        {"status": 400},
        {"status": 403},
        {"status": 404},
        {"status": 405},
        {"status": 500},
        {"status": 502},
        {"status": 503},
        {"soap_fault": "PermissionDenied"},
        {"soap_fault": "Dialog"},
        {"odata_error": {"code": "BadRequest", "message": "No such property."}},
        {"malformed": True},
        {"oversized_bytes": 9_000_000},
        *({"body": body} for body in ("empty", "html", "json")),
        {"sign_in_page": True},
        {"other_records": True},
        {"redirect_to": "http://127.0.0.1:1/"},
    ],
)
async def test_a_question_without_a_usable_answer_changes_nothing(
    bench: Bench, office: str, fault: dict[str, Any], request_of: Any
) -> None:
    connector = bench.connector(office, limits=Limits(total_timeout_s=1.0))
    await bench.attempt(connector, a_delivery(transaction=a_transaction("t", body=OTHER)))
    unknown = await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})
    await bench.fault(at_reads=True, **fault)

    outcome = await bench.attempt(connector, request_of(), unknown)

    earlier = unknown.outcome
    assert earlier is not None
    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert (outcome.code, outcome.message) == (earlier.code, earlier.message)
    check = outcome.outcome_check
    assert check is not None
    assert check.found is None
    assert check.note.startswith("The back office could not be asked for the record")
    assert "may have stored" not in check.note
    assert check.next_at is not None
    assert check.next_at > datetime.now(UTC) + timedelta(minutes=3)
    assert await stored(bench) == 2


OTHER = as_body(a_snapshot(8)).decode()


@OFFICE
async def test_a_row_without_fractions_of_a_second_decides_nothing(
    bench: Bench, office: str
) -> None:
    connector = bench.connector(office)
    unknown = await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})
    await bench.fault(at_reads=True, whole_seconds=True)

    outcome = await bench.attempt(connector, a_check(), unknown)

    assert outcome.outcome_unknown
    assert outcome.outcome_check is not None
    assert "no fractions of a second" in outcome.outcome_check.note
    assert await stored(bench) == 1


@OFFICE
@pytest.mark.parametrize("field", ["appointment_id", "database_action", "last_modified_date"])
async def test_a_mapping_that_cannot_ask_leaves_a_check_to_a_person(
    bench: Bench, office: str, field: str
) -> None:
    connector = bench.connector(office)
    unknown = await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})
    silent = connector.model_copy(update={"mapping": {"fields": {field: None}}})

    outcome = await bench.attempt(silent, a_check(), unknown)

    assert outcome.outcome_unknown
    assert outcome.outcome_check is not None
    assert outcome.outcome_check.next_at is None
    assert "Check it there" in outcome.outcome_check.note
    assert await stored(bench) == 1


@OFFICE
@pytest.mark.parametrize("unnamed", [{"Id": None}, {"Id": 0}, {"LastModifiedDate": None}], ids=str)
async def test_a_snapshot_that_does_not_name_its_record_leaves_a_check_to_a_person(
    bench: Bench, office: str, unnamed: dict[str, int | None]
) -> None:
    connector = bench.connector(office)
    changed = a_snapshot(7) | unnamed
    snapshot = {name: value for name, value in changed.items() if value is not None}
    transaction = a_transaction(body=as_body(snapshot).decode())
    request = a_check().model_copy(update={"transaction": transaction})
    unknown = UnknownAttempt(
        datetime.now(UTC) - LONG_AGO, Outcome(status=Status.FAILED, outcome_unknown=True)
    )

    outcome = await bench.attempt(connector, request, unknown)

    assert outcome.outcome_unknown
    assert outcome.outcome_check is not None
    assert outcome.outcome_check.next_at is None
    assert await stored(bench) == 0


@OFFICE
async def test_a_call_that_was_cut_off_with_its_process_is_not_repeated_when_it_is_there(
    bench: Bench, office: str
) -> None:
    connector = bench.connector(office)
    await an_unknown_attempt(bench, connector, CUT | {"stored_first": True})
    cut_off = UnknownAttempt(datetime.now(UTC))

    found = await bench.attempt(connector, a_request(attempt=1), cut_off)
    await bench.fault(at_reads=True, status=403)
    unasked = await bench.attempt(connector, a_request(attempt=1), cut_off)

    assert "found" in (found.message or "")
    assert (unasked.status, await stored(bench)) == (Status.SUCCESS, 2)


@pytest.mark.parametrize("is_stored", [True, False])
async def test_a_check_repeats_a_webhook_that_recognises_the_id(
    bench: Bench, *, is_stored: bool
) -> None:
    connector = bench.connector("webhook", recognises_delivery_id=True)
    unknown = UnknownAttempt(datetime.now(UTC), Outcome(status=Status.FAILED, outcome_unknown=True))
    await bench.fault(reset=True, stored_first=is_stored, times=2)

    outcome = await bench.attempt(connector, a_check(), unknown)

    ids = {record["webhook_id"] for record in await bench.records()}
    assert (outcome.status, ids) == (Status.SUCCESS, {a_check().delivery_id})


async def test_a_check_of_a_webhook_without_the_switch_sends_nothing(bench: Bench) -> None:
    connector = bench.connector("webhook")
    unknown = await an_unknown_attempt(bench, connector, CUT)

    checked = await bench.attempt(connector, a_check(), unknown)
    stored_by_check = await stored(bench)
    retried = await bench.attempt(connector, a_request(), unknown)

    assert checked.outcome_unknown
    assert checked.outcome_check is not None
    assert checked.outcome_check.next_at is None
    assert stored_by_check == 0
    assert (retried.status, await stored(bench)) == (Status.SUCCESS, 1)
