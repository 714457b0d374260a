"""The next automatic retry of a Failed delivery, or the reason against one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.automatic_retry import due_at, repeats_of
from common.contracts.delivery import Phase, Status
from common.contracts.message import NO_CONNECTOR
from common.contracts.outcome_check import CheckWay, check_way, next_check_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.connector import Connector
    from common.contracts.telemetry import TimerJob

OFF = "The timer job is off."
UNKNOWN = (
    "The timer job does not retry the delivery, because the back office may have stored the "
    "appointment. Check the back office, then retry."
)
CHECKED = (
    "An earlier attempt had no answer. The back office is asked for the record first, and gets the "
    "appointment again only where it does not have it."
)
REPEATED = (
    "An earlier attempt had no answer. The appointment is sent again, because the back office "
    "stores a repetition once."
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
    connector: Connector | None = None,
) -> AutomaticRetry | None:
    """Return the next automatic retry of a stored delivery, or None when there is nothing to retry.

    ``newer`` is the newest delivery of the same appointment to the same connector. The check of an
    unknown outcome needs no timer job.
    """
    is_failed = delivery.get("status") == Status.FAILED and delivery["phase"] == Phase.DONE
    if not is_failed or delivery.get("archived") or delivery["connector_id"] == NO_CONNECTOR:
        return None
    if delivery.get("overtaken_by"):
        return AutomaticRetry(None, OVERTAKEN)
    if delivery.get("outcome_unknown"):
        return _next_check(delivery, connector)
    if timer_job is None or timer_job.next_run_at is None:
        return AutomaticRetry(None, OFF)
    newer_status = newer["status"] if newer else None
    repeats = repeats_of(delivery, connector_version)
    reason = NEWER_DISABLED if newer_status == Status.MBOC_PUBLISH_DISABLED else None
    if repeats and reason is None:
        reason = (
            f"The same cause has refused the delivery {repeats + 1} times in a row, so the timer "
            "job waits longer each time. Changed settings of the connector, or a manual retry, "
            "end the wait."
        )
    return AutomaticRetry(max(timer_job.next_run_at, due_at(delivery, connector_version)), reason)


def _next_check(delivery: Mapping[str, Any], connector: Connector | None) -> AutomaticRetry:
    """Return the next check of an unknown outcome, or the reason why a person has to decide."""
    way = check_way(connector) if connector is not None and connector.enabled else None
    if connector is None or way is None:
        return AutomaticRetry(None, UNKNOWN)
    at = next_check_at(delivery, connector.missing_after_s)
    if at is None:
        return AutomaticRetry(None, UNKNOWN)
    return AutomaticRetry(at, CHECKED if way is CheckWay.READ else REPEATED)
