"""One attempt never stores a record twice, and marks an outcome in doubt."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.connector import Limits
from common.contracts.delivery import Status
from dispatcher import next_try
from dispatcher.outcome import Outcome
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body
from tests.support.simulated_back_offices import SIMULATED, a_login

OFFICE = pytest.mark.parametrize("office", SIMULATED)
CRM = "CRM"
IN_DOUBT_OFFICE = pytest.mark.parametrize("office", [name for name in SIMULATED if name != CRM])
REQUEST = a_delivery(transaction=a_transaction(body=as_body(a_snapshot()).decode()))
HASTY, PATIENT = Limits(total_timeout_s=0.5), Limits(total_timeout_s=10)
IN_DOUBT = (408, 500, 502, 503, 504, 507, 520, 599)
DECIDED = (400, 403, 404, 405, 409, 413, 415, 422, 501, 505)
"""Statuses of calls that stored nothing. 429 and 503 with Retry-After are such statuses as well,
and are repeated.
"""


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_try, "FIRST_BACKOFF_S", 0.01)


async def attempt(bench: Bench, office: str, **fault: Any) -> tuple[Outcome, int]:
    """Deliver once while the back office fails. Return the number of its records.

    Dataverse is called up to three times, because it stores a repetition once.
    """
    await bench.fault(**fault)
    limits = HASTY if "store_then_silence" in fault else PATIENT
    outcome = await bench.attempt(bench.connector(office, limits=limits), REQUEST)
    return outcome, (await bench.counts())["stored"]


@IN_DOUBT_OFFICE
@pytest.mark.parametrize("is_stored", [True, False])
@pytest.mark.parametrize("status", IN_DOUBT)
async def test_a_status_that_leaves_it_open_is_one_call_and_an_unknown_outcome(
    bench: Bench, office: str, status: int, *, is_stored: bool
) -> None:
    outcome, stored = await attempt(bench, office, status=status, stored_first=is_stored)

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert (outcome.tries, stored) == (1, int(is_stored))
    assert outcome.may_be_stored


@OFFICE
@pytest.mark.parametrize("status", DECIDED)
async def test_a_status_that_decides_is_one_call(bench: Bench, office: str, status: int) -> None:
    outcome, stored = await attempt(bench, office, status=status, stored_first=True)

    assert (outcome.status, outcome.tries, stored) == (Status.FAILED, 1, 1)


@OFFICE
@pytest.mark.parametrize("status", [429, 503])
async def test_a_status_that_asks_to_come_back_is_sent_again_and_stored_once(
    bench: Bench, office: str, status: int
) -> None:
    outcome, stored = await attempt(bench, office, status=status, retry_after_s=0, times=1)

    assert (outcome.status, stored) == (Status.SUCCESS, 1)


@IN_DOUBT_OFFICE
@pytest.mark.parametrize("stored_first", [True, False])
async def test_a_cut_connection_is_one_call_and_an_unknown_outcome(
    bench: Bench, office: str, *, stored_first: bool
) -> None:
    outcome, stored = await attempt(bench, office, reset=True, stored_first=stored_first)

    assert (outcome.outcome_unknown, outcome.tries, stored) == (True, 1, int(stored_first))


@pytest.mark.parametrize("office", ["Business Central SOAP", "NAV", "Business Central API page"])
async def test_a_record_lock_is_overcome(bench: Bench, office: str) -> None:
    outcome, stored = await attempt(bench, office, record_locked=True, times=2)

    assert (outcome.status, outcome.tries, stored) == (Status.SUCCESS, 3, 1)


async def test_a_deadlock_of_dataverse_is_overcome(bench: Bench) -> None:
    outcome, stored = await attempt(bench, "CRM", record_locked=True, times=2)

    assert (outcome.status, outcome.tries, stored) == (Status.SUCCESS, 3, 1)


async def test_a_change_set_that_failed_is_sent_again(bench: Bench) -> None:
    error = {"code": "0x80040216", "message": "An unexpected error occurred.", "status": 500}
    outcome, stored = await attempt(bench, "CRM", odata_error=error, times=2)

    assert (outcome.status, outcome.tries, stored) == (Status.SUCCESS, 3, 1)


@OFFICE
@pytest.mark.parametrize(
    "fault",
    [
        {"malformed": True},
        {"no_location": True},
        *({"body": body} for body in ("empty", "html", "json")),
        *({"location": form} for form in ("relative", "foreign", "broken", "empty")),
        *({"header_bytes": size} for size in (9_000, 60_000, 70_000)),
        {"oversized_bytes": 2_000_000},
        {"store_then_silence": True},
        {"closes_after": 1},
    ],
)
async def test_a_broken_answer_is_one_record_and_success_or_an_unknown_outcome(
    bench: Bench, office: str, fault: dict[str, Any]
) -> None:
    outcome, stored = await attempt(bench, office, **fault)

    is_success = outcome.status is Status.SUCCESS
    assert stored == 1
    assert office == CRM or outcome.tries == 1
    assert is_success or outcome.tries == (3 if office == CRM else 1)
    assert is_success is not outcome.outcome_unknown


@pytest.mark.parametrize("office", ["Business Central SOAP", "NAV"])
@pytest.mark.parametrize(
    "form",
    [
        {},
        {"fault_bytes": 100_000},
        {"fault_bytes": 1_000_000},
        {"fault_form": "comments"},
        {"fault_form": "utf-16"},
        {"fault_form": "utf-16", "fault_bytes": 100_000},
    ],
)
async def test_a_soap_fault_is_understood_in_every_form(
    bench: Bench, office: str, form: dict[str, Any]
) -> None:
    outcome, stored = await attempt(bench, office, soap_fault="DifferentTableIdsMessage", **form)

    assert (outcome.code, outcome.tries, stored) == ("DSCFG004", 1, 0)
    assert len(outcome.message or "") < 800


@pytest.mark.parametrize("office", ["Business Central API page", "CRM"])
@pytest.mark.parametrize("size", [1, 100_000])
async def test_an_odata_error_is_understood_however_long(
    bench: Bench, office: str, size: int
) -> None:
    error = {"code": "0x80040220", "message": "No privilege."}
    outcome, stored = await attempt(bench, office, odata_error=error, fault_bytes=size)

    assert (outcome.code, outcome.tries, stored) == ("DSCFG008", 1, 0)
    assert len(outcome.message or "") < 800


@pytest.mark.parametrize("kind", ["NTLM", "Windows", "Basic"])
@pytest.mark.parametrize("closes_after", [3, 4])
async def test_a_connection_that_closes_after_some_requests_loses_no_delivery(
    bench: Bench, kind: str, closes_after: int
) -> None:
    wanted = {"Windows": "Negotiate"}.get(kind, kind)
    demanded, said, secrets = a_login(wanted)
    await bench.demand(demanded)
    await bench.fault(closes_after=closes_after)
    connector = bench.connector("NAV", authentication=said | {"type": kind}, secrets=secrets)
    client = bench.build(connector)

    for number in range(1, 6):
        transaction = a_transaction(f"t{number}", body=as_body(a_snapshot(number)).decode())
        await client.send(client.prepare(a_delivery(transaction=transaction)))

    assert (await bench.counts())["stored"] == 5
