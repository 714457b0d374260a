"""Resources that are posted after their appointment. A failed resource is repeated alone."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.delivery import Status
from dispatcher import next_try
from dispatcher.outcome import Outcome
from tests.conformance.conftest import Bench
from tests.support.builders import a_delivery, a_snapshot, a_transaction, as_body

RESOURCES = ["JO", "MARY", "LINA"]
BODY = as_body(a_snapshot(Assignments=[{"Resource": {"ResourceNo": no}} for no in RESOURCES]))
REQUEST = a_delivery(transaction=a_transaction(body=BODY.decode()))
AFTER = {"resources": {"posted": "after"}}
NOT_ALL = "The appointment was stored, but not all of its resources were."


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(next_try, "FIRST_BACKOFF_S", 0.01)


async def attempt(bench: Bench, **fault: Any) -> tuple[Outcome, list[list[str]]]:
    """Deliver while the calls after the first one fail. Return the resources of each record."""
    await bench.fault(after=1, **fault)
    connector = bench.connector("Business Central API page", mapping=AFTER)
    outcome = await bench.attempt(connector, REQUEST)
    records = await bench.records()
    return outcome, [[line["resourceNo"] for line in one["resources"]] for one in records]


@pytest.mark.parametrize(
    "fault",
    [
        {"record_locked": True, "times": 1},
        {"record_locked": True, "times": 2},
        {"status": 429, "times": 1},
        {"status": 503, "retry_after_s": 0, "times": 1},
    ],
)
async def test_a_resource_that_was_not_stored_is_posted_again_alone(
    bench: Bench, fault: dict[str, Any]
) -> None:
    outcome, stored = await attempt(bench, **fault)

    assert (outcome.status, stored) == (Status.SUCCESS, [RESOURCES])


@pytest.mark.parametrize("stored_first", [True, False])
@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 504}, {"reset": True}])
async def test_a_resource_in_doubt_is_not_posted_again(
    bench: Bench, fault: dict[str, Any], *, stored_first: bool
) -> None:
    outcome, stored = await attempt(bench, **fault, stored_first=stored_first)

    assert (outcome.status, outcome.outcome_unknown) == (Status.FAILED, True)
    assert NOT_ALL in (outcome.message or "")
    assert stored == [RESOURCES[: int(stored_first)]]


@pytest.mark.parametrize(
    "fault",
    [{"record_locked": True}, {"status": 400}, {"odata_error": {"code": "x", "message": "No."}}],
)
async def test_a_resource_that_fails_for_good_leaves_one_record_and_a_mark(
    bench: Bench, fault: dict[str, Any]
) -> None:
    outcome, stored = await attempt(bench, **fault)

    assert (outcome.status, outcome.outcome_unknown, outcome.retryable) == (
        Status.FAILED,
        True,
        False,
    )
    assert NOT_ALL in (outcome.message or "")
    assert stored == [[]]
