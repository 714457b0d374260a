"""The next automatic retry of a Failed delivery, or the reason against one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.automatic_retry import due_at, repeats_of
from common.contracts.delivery import Phase, Status
from common.contracts.message import NO_CONNECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.telemetry import TimerJob

OFF = "The timer job is off."
UNKNOWN = (
    "The timer job does not retry the delivery, because the back office may have stored the "
    "appointment. Check the back office, then retry."
)
OVERTAKEN = (
    "The timer job does not retry the delivery, because a newer version of the appointment was "
    "delivered."
)
NEWER_DISABLED = (
    "A newer change of this appointment ended as MBOC Publish Disabled, and the timer job does "
    "not send that change. Retry the newer change instead."
)


class AutomaticRetry(NamedTuple):
    """The next automatic retry. ``at`` is the first run of the timer job that may take the
    delivery.
    """

    at: datetime | None
    reason: str | None = None


def automatic_retry(
    delivery: Mapping[str, Any],
    newer: Mapping[str, Any] | None,
    connector_version: int | None,
    timer_job: TimerJob | None,
) -> AutomaticRetry | None:
    """Return the next retry of a stored delivery by the timer job, or None when there is nothing to
    retry.

    ``newer`` is the newest delivery of the same appointment to the same connector.
    """
    is_failed = delivery.get("status") == Status.FAILED and delivery["phase"] == Phase.DONE
    if not is_failed or delivery.get("archived") or delivery["connector_id"] == NO_CONNECTOR:
        return None
    if timer_job is None or timer_job.next_run_at is None:
        return AutomaticRetry(None, OFF)
    if delivery.get("outcome_unknown"):
        return AutomaticRetry(None, UNKNOWN)
    newer_status = newer["status"] if newer else None
    if newer_status == Status.SUCCESS:
        return AutomaticRetry(None, OVERTAKEN)
    repeats = repeats_of(delivery, connector_version)
    reason = NEWER_DISABLED if newer_status == Status.MBOC_PUBLISH_DISABLED else None
    if repeats and reason is None:
        reason = (
            f"The same cause has refused the delivery {repeats + 1} times in a row, so the timer "
            "job waits longer each time. Changed settings of the connector, or a manual retry, "
            "end the wait."
        )
    return AutomaticRetry(max(timer_job.next_run_at, due_at(delivery, connector_version)), reason)
