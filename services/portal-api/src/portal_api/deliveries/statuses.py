"""Which statuses a delivery may have: by what went wrong, and by where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Phase, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TROUBLED = tuple(status for status in Status if status not in {Status.SUCCESS, Status.SKIPPED})
"""Not sent successfully: what Error Tracking shows (seed)."""


def statuses_in(phases: Collection[Phase]) -> set[Status | None]:
    """Return the statuses of these phases, of none: all; what is under way has no status yet."""
    under_way = {Phase.PENDING, Phase.IN_PROGRESS, Phase.HELD}
    may_be_done = not phases or set(phases) - under_way
    return {
        *(Status if may_be_done else ()),
        *([None] if not phases or set(phases) - {Phase.DONE} else ()),
    }


def status_condition(
    statuses: Sequence[Status | None] | None, *, is_by_connector: bool
) -> dict[str, Any]:
    """Return the condition on the status.

    ``is_by_connector`` connectors have each status said: their index has it before the time of receipt.
    """
    if statuses is None and not is_by_connector:
        return {}
    wanted = list(statuses) if statuses is not None else [None, *Status]
    return {"status": wanted[0] if len(wanted) == 1 else {"$in": wanted}}


def phase_condition(phases: Collection[Phase], held: Collection[str]) -> dict[str, Any]:
    """Return the condition on the phase: pending ones of a held lane are held, and what is archived
    was in any of them.
    """
    if not phases or Phase.ARCHIVED in phases:
        return {}
    in_phases = {"phase": {"$in": sorted(set(phases) - {Phase.HELD})}}
    held_pending = {"phase": Phase.PENDING, "connector_id": {"$in": sorted(held)}}
    if Phase.HELD not in phases:
        return in_phases | ({"$nor": [held_pending]} if held and Phase.PENDING in phases else {})
    if Phase.PENDING in phases:
        return in_phases
    return {"$or": [in_phases, held_pending]} if len(set(phases)) > 1 else held_pending
