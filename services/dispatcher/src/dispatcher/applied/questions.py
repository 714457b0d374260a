"""Opens the question for the state of a record when its delivery was successful."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from common.contracts.applied import Applied, AppliedState
from common.contracts.applied_presets import ASKED_LATER, PRESETS_OF
from common.contracts.delivery import Status
from common.contracts.receipt import Receipt
from dispatcher.applied.check import AppliedCheck
from dispatcher.back_offices.applied_rows import key_of

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.applied.checks import AppliedChecks
    from dispatcher.outcome import Outcome

NO_KEY = (
    "The answer to the create has neither an Entry No. nor an id of the record, so the back office "
    "cannot be asked for it."
)


def asks_later(connector: Connector) -> bool:
    """Return whether the connector asks for the states of records after their delivery."""
    preset = connector.applied.preset
    return preset in ASKED_LATER and preset in PRESETS_OF.get(connector.kind, ())


class AppliedQuestions:
    """Outcome of a delivery -> the outcome with the first state of its record."""

    def __init__(self, checks: AppliedChecks) -> None:
        self._checks = checks

    async def open(
        self, request: DeliveryRequested, connector: Connector, outcome: Outcome
    ) -> Outcome:
        """Return when the question is stored. So a crash after the acknowledgement loses none.

        Only a success of a connector that asks later has a question.
        """
        if outcome.status is not Status.SUCCESS or not asks_later(connector):
            return outcome
        now = datetime.now(UTC)
        receipt = outcome.receipt or Receipt()
        if key_of(receipt, connector.applied.preset) is None:
            state = Applied(state=AppliedState.UNKNOWN, message=NO_KEY, checked_at=now)
            return outcome.model_copy(update={"applied": state})
        settings = connector.applied
        give_up_at = now + timedelta(hours=settings.give_up_after_h)
        first_at = min(now + timedelta(seconds=settings.interval_s), give_up_at)
        check = AppliedCheck(
            delivery_id=request.delivery_id,
            attempt=request.attempt,
            connector_id=request.connector_id,
            receipt=receipt,
            opened_at=now,
            give_up_at=give_up_at,
        )
        await self._checks.open(check, request.transaction.appointment.key, first_at)
        state = Applied(state=AppliedState.WAITING, next_check_at=first_at)
        return outcome.model_copy(update={"applied": state})
