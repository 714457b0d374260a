"""Command ``mboc-portal-api give-up MOMENT``: end the deliveries that a restored backup shows as
under way, because no service will report them again (docs/backup.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.delivery import Phase, Status

if TYPE_CHECKING:
    from common.contracts.delivery import StatusChanged
    from portal_api.recording.record import Recorder
    from portal_api.store.unfinished import UnfinishedDeliveries

MESSAGE = (
    "The delivery was under way when the restored backup was made. Its outcome is unknown. "
    "Check the back office before you retry it."
)


async def fail_unfinished(
    unfinished: UnfinishedDeliveries, recorder: Recorder, before: datetime
) -> int:
    """Record them as Failed with an unknown outcome, and return their number.

    The status of a later attempt still replaces this one.
    """
    failed = 0
    while statuses := await unfinished.batch(before):
        await recorder.statuses([_failed(status) for status in statuses])
        failed += len(statuses)
    return failed


def _failed(status: StatusChanged) -> StatusChanged:
    outcome = {
        "phase": Phase.DONE,
        "status": Status.FAILED,
        "at": datetime.now(UTC),
        "message": MESSAGE,
        "retryable": True,
        "outcome_unknown": True,
    }
    return status.model_validate(status.model_dump() | outcome)
