"""What can be done with a delivery, and what its attempt's status means for the operation."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.delivery import Status
from common.contracts.operation import ItemOutcome, OperationKind
from retry.model.item import Stored, find_refusal, item_of, told_of
from tests.support.builders import A_MOMENT

RETRY, ARCHIVE, RESTORE = OperationKind


def a_stored(**fields: Any) -> Stored:
    return Stored(
        "t1.c1",
        1,
        "done",
        "Failed",
        is_archived=False,
        connector_id="c1",
        transaction_id="t1",
        received_at=A_MOMENT,
    )._replace(**fields)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.SUCCESS])
def test_everything_that_is_done_and_was_not_received_may_be_retried(status: Status) -> None:
    assert find_refusal(RETRY, a_stored(status=status)) is None


@pytest.mark.parametrize(
    ("kind", "stored", "reason"),
    [
        (RETRY, {"status": "Success"}, "received it already"),
        (RETRY, {"phase": "pending", "status": None}, "on its way"),
        (RETRY, {"phase": "in progress", "status": None}, "on its way"),
        (RETRY, {"is_archived": True}, "restore it first"),
        (RETRY, {"connector_id": "-", "transaction_id": None}, "names no appointment"),
        (ARCHIVE, {"is_archived": True}, "archived already"),
        (ARCHIVE, {"phase": "pending", "status": None}, "on its way"),
        (RESTORE, {}, "not archived"),
    ],
)
def test_what_cannot_be_done_is_skipped_with_a_sentence(
    kind: OperationKind, stored: dict[str, Any], reason: str
) -> None:
    item = item_of(kind, a_stored(**stored))

    assert (item.outcome, item.attempt) == (ItemOutcome.SKIPPED, None)
    assert reason in (item.message or "")


def test_what_can_be_done_waits_for_its_next_attempt_in_the_order_it_was_received() -> None:
    item = item_of(RETRY, a_stored(attempt=3))

    assert (item.outcome, item.attempt, item.key, item.message) == (
        ItemOutcome.WAITING,
        4,
        "t1.c1.4",
        None,
    )
    assert item.order == "2026-07-21T14:03:09.447+00:00 t1.c1"
    assert item_of(ARCHIVE, a_stored()).attempt is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Success", ItemOutcome.SUCCEEDED),
        ("Skipped", ItemOutcome.SKIPPED),
        ("Failed", ItemOutcome.FAILED),
        ("MBOC Publish Disabled", ItemOutcome.FAILED),
    ],
)
def test_only_success_is_counted_as_succeeded(status: str, outcome: ItemOutcome) -> None:
    assert told_of(status, "said").outcome is outcome
