"""The order of versions of one appointment, as MongoDB decides it (design.md, section 5, rule 3).

``common.contracts.appointment_version`` decides the same order for deliveries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.appointment import Action
from common.contracts.moments import in_utc, ticks_of

if TYPE_CHECKING:
    from datetime import datetime

_TICKS_OF_1970 = 621_355_968_000_000_000
_TICKS_PER_MILLISECOND = 10_000


def version_of(
    appointment: dict[str, Any], action: Action, received_at: datetime, place: int
) -> dict[str, Any]:
    """Return the fields of a stored appointment that order its versions.

    ``modified_ticks`` is the last-modified time in units of 100 ns since the year 1.
    """
    ticks = appointment["modified_ticks"]
    return {
        "modified_ticks": ticks or ticks_of(in_utc(appointment["modified_at"])),
        "rowversion": appointment["rowversion"],
        "action": action,
        "shown_received_at": received_at,
        "shown_place": place,
    }


def is_older_than(version: dict[str, Any]) -> dict[str, Any]:
    """Return the aggregation expression for whether the stored version is older than this one.

    A delete is never older than another version of the same last-modified time. Documents of 0.1.0
    have that time in milliseconds only, and no time of arrival.
    """
    received, place = version["shown_received_at"], version["shown_place"]
    by_arrival = _is_smaller(
        "$shown_received_at", received, otherwise={"$lt": ["$shown_place", place]}
    )
    by_rowversion = _is_smaller("$rowversion", version["rowversion"], otherwise=by_arrival)
    is_comparable = {"$and": [{"$gt": ["$rowversion", ""]}, bool(version["rowversion"])]}
    is_delete = version["action"] == Action.DELETE
    by_delete = {
        "$cond": [
            {"$eq": [{"$eq": ["$action", Action.DELETE]}, is_delete]},
            {"$cond": [is_comparable, by_rowversion, by_arrival]},
            is_delete,
        ]
    }
    return _is_smaller(_TICKS, version["modified_ticks"], otherwise=by_delete)


def _is_smaller(stored: Any, value: object, *, otherwise: dict[str, Any]) -> dict[str, Any]:
    """Return the expression for whether the stored value is smaller. Equal values give
    ``otherwise``.
    """
    return {"$cond": [{"$eq": [stored, value]}, otherwise, {"$lt": [stored, value]}]}


_TICKS = {
    "$ifNull": [
        "$modified_ticks",
        {
            "$add": [
                {"$multiply": [{"$toLong": "$modified_at"}, _TICKS_PER_MILLISECOND]},
                _TICKS_OF_1970,
            ]
        },
    ]
}
