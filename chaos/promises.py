"""The promises of the design, each with the function that checks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chaos.pace import lanes_go_on, limits_hold, newcomers_get_lanes
from chaos.versions import (
    create_comes_first,
    every_delivery_ends,
    few_repeated,
    nothing_lost,
    nothing_stale,
    services_end_when_asked,
    success_means_received,
    unknown_outcomes_stored_once,
)

if TYPE_CHECKING:
    from chaos.evidence import Evidence
    from chaos.verdict import Verdict

PROMISES = (
    nothing_lost,
    success_means_received,
    nothing_stale,
    create_comes_first,
    limits_hold,
    few_repeated,
    unknown_outcomes_stored_once,
    every_delivery_ends,
    lanes_go_on,
    newcomers_get_lanes,
    services_end_when_asked,
)


def judge(evidence: Evidence) -> list[Verdict]:
    """Return the verdict on every promise."""
    return [promise(evidence) for promise in PROMISES]
