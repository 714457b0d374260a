"""The latest status per connector of an appointment, as marks.

One index finds a status, a connector, and a status at a connector.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from common.contracts.delivery import Status


def outcome_condition(statuses: Sequence[Status], connector_ids: Sequence[str]) -> dict[str, Any]:
    """Return the query of ``outcomes``: any of these statuses at any of these connectors."""
    if not statuses and not connector_ids:
        return {}
    marks = [
        mark(connector_id, status)
        for connector_id in connector_ids or ("",)
        for status in statuses or ("",)
    ]
    return {"outcomes": marks[0] if len(marks) == 1 else {"$in": marks}}


def mark(connector_id: str, status: str) -> str:
    """Return the mark of a status at a connector. An empty argument means any.

    A connector's id contains no bar.
    """
    return f"{connector_id}|{status}"


def marks_expression() -> dict[str, Any]:
    """Return the aggregation expression for all marks of a stored appointment, from its
    ``connectors``.
    """
    latest = {"$objectToArray": "$connectors"}
    status = {"$ifNull": ["$$one.v.status", "under way"]}
    each = [
        {"$concat": ["$$one.k", "|"]},
        {"$concat": ["|", status]},
        {"$concat": ["$$one.k", "|", status]},
    ]
    return {
        "$reduce": {
            "input": {"$map": {"input": latest, "as": "one", "in": each}},
            "initialValue": [],
            "in": {"$setUnion": ["$$value", "$$this"]},
        }
    }
