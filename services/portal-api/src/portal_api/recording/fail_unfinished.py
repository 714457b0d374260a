"""``mboc-portal-api give-up MOMENT``: after a restore, end what is shown as under way and of which
nobody will hear again (docs/backup.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.delivery import Phase, Status

if TYPE_CHECKING:
    from common.contracts.delivery import StatusChanged
    from portal_api.recording.record import Recorder
    from portal_api.store.unfinished import UnfinishedDeliveries

SENTENCE = (
    "It was under way when the backup was made that was restored: what became of it is not known. "
    "Look into the back office before you retry it."
)


async def fail_unfinished(unheard: UnfinishedDeliveries, record: Recorder, before: datetime) -> int:
    """Show them as Failed with an unknown outcome; returns how many.

    What is told of a later attempt still counts.
    """
    ended = 0
    while last := await unheard.batch(before):
        await record.statuses([_ended(told) for told in last])
        ended += len(last)
    return ended


def _ended(told: StatusChanged) -> StatusChanged:
    end = {
        "phase": Phase.DONE,
        "status": Status.FAILED,
        "at": datetime.now(UTC),
        "message": SENTENCE,
        "retryable": True,
        "outcome_unknown": True,
    }
    return told.model_validate(told.model_dump() | end)
