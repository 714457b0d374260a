"""Polls back offices for the state of records, one task per connector of this replica's lanes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from pymongo.errors import PyMongoError

from common.contracts.applied import AppliedState
from common.database import is_unavailable
from dispatcher.applied.asking import MAX_DUE, ConnectorAsking
from dispatcher.applied.questions import asks_later
from dispatcher.applied.results import GIVEN_UP, AppliedResults
from dispatcher.metrics import APPLIED, APPLIED_OLDEST, APPLIED_WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dispatcher.applied.checks import AppliedChecks
    from dispatcher.lanes.lane import Lane
    from dispatcher.status_publisher import StatusPublisher

log = structlog.get_logger()
FINAL_STATES = tuple(state for state in AppliedState if state is not AppliedState.WAITING)
POLL_INTERVAL_S = 1.0
COUNT_INTERVAL_S = 15.0
OVERDUE_AFTER = timedelta(minutes=1)
"""A question that the owner of its lane has not ended by then is ended by any replica."""


class AppliedPoller:
    """Asks for due records of the lanes that this replica works."""

    def __init__(
        self, lanes: Iterable[Lane], checks: AppliedChecks, statuses: StatusPublisher
    ) -> None:
        self._lanes = lanes
        self._checks = checks
        self._results = AppliedResults(checks, statuses)
        self._asking: dict[str, ConnectorAsking] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._counted: set[str] = set()

    async def run(self) -> None:
        """Poll until cancelled. A connector that is slow or fails does not delay another."""
        await self._checks.create_indexes()
        rounds = 0
        try:
            while True:
                try:
                    await self._begin_due()
                    if rounds % int(COUNT_INTERVAL_S / POLL_INTERVAL_S) == 0:
                        await self._end_overdue()
                        await self._count()
                except PyMongoError as error:
                    if not is_unavailable(error):
                        raise
                rounds += 1
                await asyncio.sleep(POLL_INTERVAL_S)
        finally:
            for task in self._tasks.values():
                task.cancel()

    async def _begin_due(self) -> None:
        lanes = {one.key.connector_id: one for one in self._own_lanes()}
        if not lanes:
            return
        for connector_id in await self._checks.due_connectors(datetime.now(UTC)):
            lane = lanes.get(connector_id)
            if lane is None or connector_id in self._tasks:
                continue
            asking = self._asking.get(connector_id)
            if asking is None:
                asking = ConnectorAsking(lane, self._checks, self._results)
                self._asking[connector_id] = asking
            task = asyncio.create_task(self._ask(asking, connector_id))
            self._tasks[connector_id] = task

    async def _ask(self, asking: ConnectorAsking, connector_id: str) -> None:
        try:
            await asking.run_once()
        except PyMongoError as error:
            if not is_unavailable(error):
                log.exception("records could not be asked for", connector_id=connector_id)
        except Exception:
            log.exception("records could not be asked for", connector_id=connector_id)
        finally:
            del self._tasks[connector_id]

    def _own_lanes(self) -> list[Lane]:
        """Return the lanes of this replica. The first partition asks for all of them."""
        return [one for one in self._lanes if one.is_owned and one.key.partition == 0]

    async def _end_overdue(self) -> None:
        before = datetime.now(UTC) - OVERDUE_AFTER
        while overdue := await self._checks.overdue(before, MAX_DUE):
            await self._results.end(overdue, GIVEN_UP)

    async def _count(self) -> None:
        """Report the open questions of this replica's lanes."""
        own = {one.key.connector_id for one in self._own_lanes() if asks_later(one.state.connector)}
        for connector_id in self._counted - own:
            APPLIED_WAITING.remove(connector_id)
            APPLIED_OLDEST.remove(connector_id)
        self._counted = own
        now = datetime.now(UTC)
        for connector_id in own:
            found = await self._checks.counts(connector_id)
            age = (now - found.oldest_at).total_seconds() if found.oldest_at else 0.0
            for state in FINAL_STATES:
                APPLIED.labels(connector_id, state)  # an increase from 0 raises the alert
            APPLIED_WAITING.labels(connector_id).set(found.number)
            APPLIED_OLDEST.labels(connector_id).set(max(0.0, age))
