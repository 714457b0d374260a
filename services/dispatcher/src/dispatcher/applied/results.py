"""The result of one question, as a message and as the next step."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.contracts.applied import Applied, AppliedChanged, AppliedState
from dispatcher.applied.check import next_check_at
from dispatcher.metrics import APPLIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from common.contracts.applied import AppliedSettings
    from dispatcher.applied.check import AppliedCheck
    from dispatcher.applied.checks import AppliedChecks
    from dispatcher.back_offices.applied_rows import RecordState
    from dispatcher.status_publisher import StatusPublisher

GIVEN_UP = "The back office did not report the record as applied or refused in time."
SWITCHED_OFF = "The MBOC setting does not ask for the state of records any more."


class AppliedResults:
    """RecordState -> AppliedChanged. A result is published before it is stored, so that a crash
    repeats a question and loses no result.
    """

    def __init__(self, checks: AppliedChecks, statuses: StatusPublisher) -> None:
        self._checks = checks
        self._statuses = statuses

    async def record(
        self, states: Mapping[AppliedCheck, RecordState], settings: AppliedSettings
    ) -> None:
        """Publish the states, and store the next tries of the records that wait."""
        now = datetime.now(UTC)
        found = {check: _applied(check, state, settings, now) for check, state in states.items()}
        await self._publish(found, now)
        await self._checks.save(
            [check for check, applied in found.items() if applied.next_check_at is None],
            [
                (check, applied.next_check_at)
                for check, applied in found.items()
                if applied.next_check_at is not None
            ],
        )

    async def end(self, checks: Iterable[AppliedCheck], reason: str) -> None:
        """End questions without an answer."""
        now = datetime.now(UTC)
        unknown = Applied(state=AppliedState.UNKNOWN, message=reason, checked_at=now)
        found = dict.fromkeys(checks, unknown)
        await self._publish(found, now)
        await self._checks.save(found, ())

    async def _publish(self, found: Mapping[AppliedCheck, Applied], now: datetime) -> None:
        revision = int(now.timestamp() * 1000)
        changes = [
            AppliedChanged(
                delivery_id=check.delivery_id,
                attempt=check.attempt,
                connector_id=check.connector_id,
                revision=revision,
                applied=applied,
                at=now,
            )
            for check, applied in found.items()
        ]
        if changes:
            await self._statuses.publish_applied(changes)
        for change in changes:
            if change.applied.state is not AppliedState.WAITING:
                APPLIED.labels(change.connector_id, change.applied.state).inc()


def _applied(
    check: AppliedCheck, found: RecordState, settings: AppliedSettings, now: datetime
) -> Applied:
    """Return the state. A record that still waits at its last question cannot be told."""
    if found.state is not AppliedState.WAITING:
        return Applied(state=found.state, message=found.message, checked_at=now)
    if check.give_up_at <= now:
        message = f"{GIVEN_UP} {found.message}" if found.message else GIVEN_UP
        return Applied(state=AppliedState.UNKNOWN, message=message, checked_at=now)
    return Applied(
        state=AppliedState.WAITING,
        message=found.message,
        checked_at=now,
        next_check_at=next_check_at(check, settings, now),
    )
