"""Conditions on the status and the phase of deliveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Phase, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

UNSUCCESSFUL = tuple(status for status in Status if status not in {Status.SUCCESS, Status.SKIPPED})
"""Statuses of deliveries that were not sent successfully. Error Tracking shows these (seed)."""


def statuses_in(phases: Collection[Phase]) -> set[Status | None]:
    """Return the statuses in these phases. No phases means all, and a delivery under way has no
    status.
    """
    under_way = {Phase.PENDING, Phase.IN_PROGRESS, Phase.HELD}
    may_be_done = not phases or set(phases) - under_way
    return {
        *(Status if may_be_done else ()),
        *([None] if not phases or set(phases) - {Phase.DONE} else ()),
    }


def status_condition(
    statuses: Sequence[Status | None] | None, *, is_by_connector: bool
) -> dict[str, Any]:
    """Return the query of the status.

    ``is_by_connector`` names each status in the query, because the connectors' index has the status
    before the time of receipt.
    """
    if statuses is None and not is_by_connector:
        return {}
    wanted = list(statuses) if statuses is not None else [None, *Status]
    return {"status": wanted[0] if len(wanted) == 1 else {"$in": wanted}}


def phase_condition(phases: Collection[Phase], held: Collection[str]) -> dict[str, Any]:
    """Return the query of the phase.

    Pending deliveries of a held lane are held. Archived deliveries may have any stored phase.
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
