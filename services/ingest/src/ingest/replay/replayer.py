"""Reports the changes of a file again: ``{"source", "action", "body"}`` a line, resumable
where it stopped.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from common.errors import BrokerUnavailableError
from ingest.dates import Arrival
from ingest.errors import IngestError, TooLargeError
from ingest.replay.file import Line, Place, chunks, entry_of, reason_of
from ingest.transaction_publisher import Accept, read_change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from common.contracts.transaction import TransactionReceived

PAUSE_S = 2.0


class Watcher(Protocol):
    """Shows how a replay goes."""

    def begins(self, place: Place) -> None:
        """Begin behind this place of the file."""
        ...

    def progressed(self, place: Place) -> None:
        """Everything up to this place is done."""
        ...

    def refused(self, line: int, reason: str) -> None:
        """One line was not accepted; the reason names the field."""
        ...

    def waits(self, line: int) -> None:
        """RabbitMQ does not confirm: this line and those behind it are tried again."""
        ...


class Counts(NamedTuple):
    """Lines of one run."""

    accepted: int = 0
    refused: int = 0


class Replay:
    """Accepts every line behind the remembered place, in order.

    It waits while RabbitMQ is away. A line that cannot be accepted is reported, and the next ones
    go on. A run that was killed repeats at most the lines since its last place, under the same ids.
    """

    def __init__(
        self,
        accept: Accept,
        body_limit: int,
        watcher: Watcher,
        zones: Mapping[str, tzinfo] = MappingProxyType({}),
    ) -> None:
        self._accept = accept
        self._limit = body_limit
        self._watcher = watcher
        self._zones = zones
        self._counts = Counts()

    async def __call__(self, file: Path) -> Counts:
        """Return how many lines were accepted and refused."""
        place = Place.remembered(file)
        self._watcher.begins(place)
        for chunk in chunks(file, place, self._limit):
            await self._report(self._readable(chunk))
            place = chunk[-1].end
            place.remember(file)
            self._watcher.progressed(place)
        return self._counts

    def _readable(self, chunk: Sequence[Line]) -> list[tuple[int, TransactionReceived]]:
        found = []
        for line in chunk:
            try:
                if line.text is None or line.text.strip():
                    found.append((line.number, self._read(line)))
            except IngestError as error:
                self._refuse(line.number, error)
        return found

    def _read(self, line: Line) -> TransactionReceived:
        source, action, body = entry_of(line, self._limit)
        zone = self._zones.get(source, UTC)
        return read_change(source, action, body, Arrival(datetime.now(UTC), zone))

    async def _report(self, changes: Sequence[tuple[int, TransactionReceived]]) -> None:
        """Have the changes accepted; where RabbitMQ finds one too large, one after the other."""
        if not changes:
            return None
        try:
            await self._accepted(changes)
        except TooLargeError as error:
            if len(changes) == 1:
                return self._refuse(changes[0][0], error)
            for change in changes:
                await self._report([change])
            return None
        self._counts = self._counts._replace(accepted=self._counts.accepted + len(changes))
        return None

    async def _accepted(self, changes: Sequence[tuple[int, TransactionReceived]]) -> None:
        while True:
            try:
                return await self._accept([change for _, change in changes])
            except BrokerUnavailableError:
                self._watcher.waits(changes[0][0])
                await asyncio.sleep(PAUSE_S)

    def _refuse(self, line: int, error: IngestError) -> None:
        self._counts = self._counts._replace(refused=self._counts.refused + 1)
        self._watcher.refused(line, reason_of(error))
