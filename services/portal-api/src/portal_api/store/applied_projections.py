"""The state of records at the back office, beside the status of their delivery.

The highest order of attempt and revision decides, so events may come twice or in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Phase, Trigger
from portal_api.store.forward import RECORDED_AT, update_forward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from common.contracts.applied import Applied, AppliedChanged
    from common.contracts.delivery import StatusChanged
    from portal_api.store.writer import Change

ORDER = "applied_order"
ATTEMPT_STEP = 10**15
"""The distance of two attempts. Revisions are milliseconds since 1970."""
MAX_ATTEMPT = 9_000
"""A higher attempt counts as this one, because the order must fit 64 bits."""


def of_status(event: StatusChanged) -> Iterator[Change]:
    """Store the first state of an attempt. A newer attempt resets the state of the one before.

    The first attempt of a connector that asks nothing changes nothing. The delivery is stored
    before.
    """
    if event.applied is not None or event.attempt > 1:
        fields = _fields(event.attempt, 0, event.applied)
        yield update_forward(
            "deliveries", event.delivery_id, ORDER, fields[ORDER], {"$set": fields}, upsert=False
        )


def of_changes(events: Iterable[AppliedChanged]) -> list[Change]:
    """Store the newest state of each record.

    Where the status of the delivery is still to come, a pending delivery is stored. Its status
    replaces all of it but this state.
    """
    return [_of_change(event) for event in events]


def with_applied(delivery: dict[str, Any], attempts: Iterable[dict[str, Any]]) -> None:
    """Add the state of the delivery to the attempt that it belongs to."""
    for attempt in attempts:
        is_own = attempt["attempt"] == delivery.get("applied_attempt")
        attempt["applied"] = delivery.get("applied") if is_own else None


def _of_change(event: AppliedChanged) -> Change:
    fields = _fields(event.attempt, event.revision, event.applied)
    update = {
        "$set": fields,
        "$setOnInsert": _pending(event),
        "$currentDate": {RECORDED_AT: True},
    }
    return update_forward("deliveries", event.delivery_id, ORDER, fields[ORDER], update)


def _fields(attempt: int, revision: int, applied: Applied | None) -> dict[str, Any]:
    order = min(attempt, MAX_ATTEMPT) * ATTEMPT_STEP + min(revision, ATTEMPT_STEP - 1)
    return {
        ORDER: order,
        "applied_attempt": attempt,
        "applied": None if applied is None else applied.model_dump(),
    }


def _pending(event: AppliedChanged) -> dict[str, Any]:
    """Return the delivery as it is shown until its status is recorded."""
    return {
        "archived": False,
        "rank": 0,
        "phase": Phase.PENDING,
        "status": None,
        "attempt": event.attempt,
        "trigger": Trigger.SERVICE,
        "connector_id": event.connector_id,
        "transaction_id": event.delivery_id.partition(".")[0],
        "received_at": event.at,
        "changed_at": event.at,
        "troubled": False,
        "cause": None,
        "words": [],
    }
