"""The rules of operation items: the skipped deliveries, and the outcome of each status."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.delivery import Status
from common.contracts.operation import ItemOutcome, OperationKind
from retry.model.item import StoredDelivery, find_refusal, item_of, result_of_attempt
from tests.support.builders import A_MOMENT

RETRY, CHECK, ARCHIVE, RESTORE = OperationKind


def a_stored(**fields: Any) -> StoredDelivery:
    return StoredDelivery(
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
def test_a_finished_delivery_without_success_may_be_retried(status: Status) -> None:
    assert find_refusal(RETRY, a_stored(status=status)) is None


@pytest.mark.parametrize(
    ("kind", "stored", "reason"),
    [
        (RETRY, {"status": "Success"}, "received it already"),
        (RETRY, {"phase": "pending", "status": None}, "still being delivered"),
        (RETRY, {"phase": "in progress", "status": None}, "still being delivered"),
        (RETRY, {"is_archived": True}, "Restore it first"),
        (RETRY, {"connector_id": "-", "transaction_id": None}, "names no appointment"),
        (ARCHIVE, {"is_archived": True}, "archived already"),
        (ARCHIVE, {"phase": "pending", "status": None}, "still being delivered"),
        (RESTORE, {}, "not archived"),
    ],
)
def test_a_delivery_that_cannot_be_taken_is_skipped_with_the_reason(
    kind: OperationKind, stored: dict[str, Any], reason: str
) -> None:
    item = item_of(kind, a_stored(**stored))

    assert (item.outcome, item.requested_attempt) == (ItemOutcome.SKIPPED, None)
    assert reason in (item.message or "")


def test_a_delivery_that_can_be_taken_waits_in_the_order_of_receipt() -> None:
    item = item_of(RETRY, a_stored(last_attempt=3))

    assert (item.outcome, item.requested_attempt, item.requested_attempt_id, item.message) == (
        ItemOutcome.WAITING,
        4,
        "t1.c1.4",
        None,
    )
    assert item.order == "2026-07-21T14:03:09.447+00:00 t1.c1"
    assert item_of(ARCHIVE, a_stored()).requested_attempt is None


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
    assert result_of_attempt(status, "text").outcome is outcome
