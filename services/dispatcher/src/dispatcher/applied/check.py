"""One open question for the state of a record, and the times of its next tries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from common.contracts.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.contracts.applied import AppliedSettings

LONGEST_WAIT_S = 3600.0
AGE_SHARE = 10
"""The next question for a record follows after a tenth of its age at the latest, so that an answer
is never later than that.
"""


class AppliedCheck(NamedTuple):
    """An open question. ``receipt`` names the record at the back office."""

    delivery_id: str
    attempt: int
    connector_id: str
    receipt: Receipt
    opened_at: datetime
    give_up_at: datetime


def next_check_at(check: AppliedCheck, settings: AppliedSettings, now: datetime) -> datetime:
    """Return the time of the next question. The waits grow with the age of the record.

    The last question is asked when it is given up.
    """
    age_s = (now - check.opened_at).total_seconds()
    wait_s = max(settings.interval_s, min(age_s / AGE_SHARE, LONGEST_WAIT_S))
    return min(now + timedelta(seconds=wait_s), check.give_up_at)


def parse_check(document: Mapping[str, Any]) -> AppliedCheck:
    """Return the stored question. A receipt of a newer version counts as empty."""
    try:
        receipt = Receipt.model_validate(document["receipt"])
    except ValidationError:
        receipt = Receipt()
    return AppliedCheck(
        delivery_id=document["_id"],
        attempt=document["attempt"],
        connector_id=document["connector_id"],
        receipt=receipt,
        opened_at=document["opened_at"],
        give_up_at=document["give_up_at"],
    )
