"""Publishes the changes of a file, and resumes at the line where the last run stopped."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from common.errors import BrokerUnavailableError
from ingest.changes import read_change
from ingest.dates import Arrival
from ingest.errors import IngestError, TooLargeError
from ingest.replay.file import ReplayLine, describe_error, parse_line, read_batches
from ingest.replay.progress import ReplayProgress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from common.contracts.transaction import TransactionReceived
    from ingest.transaction_publisher import TransactionPublisher

RETRY_INTERVAL_S = 2.0


class ReplayObserver(Protocol):
    """Receives the events of a replay."""

    def started(self, progress: ReplayProgress) -> None:
        """The replay starts after this progress."""
        ...

    def progressed(self, progress: ReplayProgress) -> None:
        """Every line up to this progress is finished."""
        ...

    def refused(self, line: int, reason: str) -> None:
        """A line was refused. The reason names the field."""
        ...

    def waiting(self, line: int) -> None:
        """RabbitMQ does not confirm. The replay tries again from this line on."""
        ...


class ReplayCounts(NamedTuple):
    """The lines of one run by result."""

    accepted: int = 0
    refused: int = 0


class Replayer:
    """Publishes every line after the saved progress, in order.

    It waits while RabbitMQ is unavailable. A refused line is shown, and the next lines are read.
    After a kill, the next run repeats at most the lines since the last saved progress, with the
    same ids.
    """

    def __init__(
        self,
        publisher: TransactionPublisher,
        body_limit: int,
        observer: ReplayObserver,
        zones: Mapping[str, tzinfo] = MappingProxyType({}),
    ) -> None:
        self._publisher = publisher
        self._limit = body_limit
        self._observer = observer
        self._zones = zones
        self._counts = ReplayCounts()

    async def run(self, file: Path) -> ReplayCounts:
        """Replay the file, and return how many lines were accepted and refused."""
        progress = ReplayProgress.load(file)
        self._observer.started(progress)
        for batch in read_batches(file, progress, self._limit):
            await self._publish(self._read_batch(batch))
            progress = batch[-1].end
            progress.save(file)
            self._observer.progressed(progress)
        return self._counts

    def _read_batch(self, batch: Sequence[ReplayLine]) -> list[tuple[int, TransactionReceived]]:
        """Return the changes of valid lines with their line numbers. Blank lines are ignored."""
        changes = []
        for line in batch:
            try:
                if line.text is None or line.text.strip():
                    changes.append((line.number, self._read_line(line)))
            except IngestError as error:
                self._refuse(line.number, error)
        return changes

    def _read_line(self, line: ReplayLine) -> TransactionReceived:
        source, action, body = parse_line(line, self._limit)
        zone = self._zones.get(source, UTC)
        return read_change(source, action, body, Arrival(datetime.now(UTC), zone))

    async def _publish(self, changes: Sequence[tuple[int, TransactionReceived]]) -> None:
        """Publish the changes, or one by one when RabbitMQ refuses a message as too large."""
        if not changes:
            return None
        try:
            await self._publish_until_confirmed(changes)
        except TooLargeError as error:
            if len(changes) == 1:
                return self._refuse(changes[0][0], error)
            for change in changes:
                await self._publish([change])
            return None
        self._counts = self._counts._replace(accepted=self._counts.accepted + len(changes))
        return None

    async def _publish_until_confirmed(
        self, changes: Sequence[tuple[int, TransactionReceived]]
    ) -> None:
        while True:
            try:
                return await self._publisher.publish([change for _, change in changes])
            except BrokerUnavailableError:
                self._observer.waiting(changes[0][0])
                await asyncio.sleep(RETRY_INTERVAL_S)

    def _refuse(self, line: int, error: IngestError) -> None:
        self._counts = self._counts._replace(refused=self._counts.refused + 1)
        self._observer.refused(line, describe_error(error))
