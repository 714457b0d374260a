"""The changes that messages about operations make. They may be repeated and may come in any
order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.operation import Counts, OperationState

if TYPE_CHECKING:
    from common.contracts.operation import (
        DeliveriesArchived,
        OperationProgressed,
        OperationRequested,
        OperationSteered,
    )
    from portal_api.store.writer import Change

VIEW = "operations_view"


def of_request(request: OperationRequested) -> list[Change]:
    """Insert the operation as planned, unless retry has published its progress already."""
    counts = Counts(
        total=request.planned, waiting=request.planned, asked=0, succeeded=0, failed=0, skipped=0
    )
    requested = request.model_dump(
        exclude={"version", "operation_id", "delivery_ids", "conditions"}
    )
    first = requested | {
        "state": OperationState.PLANNED,
        "reason": None,
        "counts": counts.model_dump(),
        "revision": 0,
        "changed_at": request.asked_at,
    }
    return [
        (
            VIEW,
            UpdateOne(
                {"_id": request.operation_id, "revision": {"$exists": False}},
                {"$set": first},
                upsert=True,
            ),
        )
    ]


def of_progress(progress: OperationProgressed) -> list[Change]:
    """Store the progress of the operation, unless a higher revision is stored."""
    stored = progress.model_dump(exclude={"version", "operation_id"})
    return [
        (
            VIEW,
            UpdateOne(
                {"_id": progress.operation_id, "revision": {"$not": {"$gte": progress.revision}}},
                {"$set": stored},
                upsert=True,
            ),
        )
    ]


def of_steering(steered: OperationSteered) -> list[Change]:
    """Store the newest command for the operation."""
    stored = {
        "steer": steered.steer,
        "steered_by": steered.asked_by,
        "steered_at": steered.asked_at,
    }
    return [
        (
            VIEW,
            UpdateOne(
                {"_id": steered.operation_id, "steered_at": {"$not": {"$gte": steered.asked_at}}},
                {"$set": stored},
            ),
        )
    ]


def of_archived(message: DeliveriesArchived) -> list[Change]:
    """Archive or restore the deliveries.

    The operation that was requested last decides, in any order of arrival.
    """
    order = f"{message.asked_at.isoformat(timespec='microseconds')} {message.operation_id}"
    stored: dict[str, Any] = {"archived": message.archived, "archived_order": order}
    return [
        (
            "deliveries",
            UpdateOne(
                {"_id": name, "archived_order": {"$not": {"$gte": order}}},
                {"$set": stored, "$currentDate": {"recorded_at": True}},
            ),
        )
        for name in message.delivery_ids
    ]
