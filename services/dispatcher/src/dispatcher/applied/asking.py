"""Asks one connector's back office for the due records, within the limits of its lane."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import structlog

from common.contracts.applied import AppliedState
from dispatcher.applied.questions import asks_later
from dispatcher.applied.results import SWITCHED_OFF
from dispatcher.back_offices.applied_rows import RecordKey, RecordState, batches_of, key_of
from dispatcher.errors import DeliveryError, FaultOrigin, ThrottledError, UnforeseenError
from dispatcher.metrics import APPLIED_CALLS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from common.contracts.connector import Connector
    from dispatcher.applied.check import AppliedCheck
    from dispatcher.applied.checks import AppliedChecks
    from dispatcher.applied.results import AppliedResults
    from dispatcher.back_offices.applied_rows import RecordReader
    from dispatcher.lanes.lane import Lane

log = structlog.get_logger()
T = TypeVar("T")
MAX_DUE = 500
TOO_LONG = "The answer about the record is too long to be read."
NO_KEY_NOW = "The receipt of the record does not have the key that the preset needs."
FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 900.0
CREDENTIAL_PAUSE_S = 900.0
"""A refused password is tried rarely, because domains lock an account."""


class LaneStoppedError(Exception):
    """The lane cannot ask now. Its questions stay due."""


class ConnectorAsking:
    """The questions of one connector, asked by the replica that works its lane.

    A call takes a slot of the lane, so it counts in the limits like a delivery. It never probes a
    held lane, and its failure never holds one. After a failure the connector is asked again after
    pauses that grow.
    """

    def __init__(self, lane: Lane, checks: AppliedChecks, results: AppliedResults) -> None:
        self._lane = lane
        self._checks = checks
        self._results = results
        self._failures = 0
        self._paused_until = 0.0
        self._version = 0

    @property
    def may_ask(self) -> bool:
        """Whether this replica works the lane, and calls may begin now."""
        lane = self._lane
        return lane.is_owned and lane.is_consuming and lane.state.allow_calls

    async def run_once(self) -> None:
        """Ask for the due records, or end the questions of a connector that asks no more."""
        connector = self._lane.state.connector
        if connector.version != self._version:
            self._version, self._failures, self._paused_until = connector.version, 0, 0.0
        if not asks_later(connector):
            if self._lane.is_owned:
                await self._end_all(connector)
            return
        if not connector.enabled or not self.may_ask or time.monotonic() < self._paused_until:
            return
        due = await self._checks.due(connector.connector_id, datetime.now(UTC), MAX_DUE)
        with contextlib.suppress(LaneStoppedError):
            await self._ask_all(connector, due)

    async def _end_all(self, connector: Connector) -> None:
        while checks := await self._checks.of_connector(connector.connector_id, MAX_DUE):
            await self._results.end(checks, SWITCHED_OFF)

    async def _ask_all(self, connector: Connector, due: Sequence[AppliedCheck]) -> None:
        preset = connector.applied.preset
        keys = {check: key_of(check.receipt, preset) for check in due}
        without = [check for check, key in keys.items() if key is None]
        await self._results.end(without, NO_KEY_NOW)
        by_key: dict[RecordKey, list[AppliedCheck]] = {}
        for check, key in keys.items():
            if key is not None:
                by_key.setdefault(key, []).append(check)
        for batch in batches_of(by_key):
            states, error = await self._ask(connector, batch)
            found = {check: states[key] for key in batch for check in by_key[key]}
            await self._results.record(found, connector.applied)
            if error is not None:
                self._pause(error)
                return
            self._failures = 0

    async def _ask(
        self, connector: Connector, batch: Sequence[RecordKey]
    ) -> tuple[dict[RecordKey, RecordState], DeliveryError | None]:
        """Return the states of a batch. A failed question changes only the note of each record.

        A batch whose answer is too long is asked in halves.
        """
        try:
            reader = self._reader(connector)
            states = await self._in_slot(connector, lambda: reader.read(batch))
            if states is not None:
                waiting = [key for key in batch if states[key].state is AppliedState.WAITING]
                if waiting and reader.has_failures():
                    more = await self._in_slot(connector, lambda: reader.read_failures(waiting))
                    states |= more
                return states, None
        except DeliveryError as failure:
            return _failed(batch, failure), failure
        if len(batch) == 1:
            return {batch[0]: RecordState(AppliedState.WAITING, TOO_LONG)}, None
        half = len(batch) // 2
        first, error = await self._ask(connector, batch[:half])
        if error is not None:
            return first | _failed(batch[half:], error), error
        second, error = await self._ask(connector, batch[half:])
        return first | second, error

    def _reader(self, connector: Connector) -> RecordReader:
        reader = self._lane.state.clients.get(connector).record_reader()
        assert reader is not None  # noqa: S101 - narrows the type: presets have a reader
        return reader

    async def _in_slot(self, connector: Connector, call: Callable[[], Awaitable[T]]) -> T:
        """Make one call in a slot of the lane. An unforeseen error counts as a failed question."""
        async with self._slot(connector):
            try:
                with self._lane.state.calling():
                    answer = await call()
            except DeliveryError:
                APPLIED_CALLS.labels(connector.connector_id, "failed").inc()
                raise
            except Exception as error:
                APPLIED_CALLS.labels(connector.connector_id, "failed").inc()
                log.exception("records could not be read", connector_id=connector.connector_id)
                sentence = f"An unforeseen error ({type(error).__name__}) in the question."
                raise UnforeseenError("DSUNK001", sentence, outcome_unknown=False) from error
        APPLIED_CALLS.labels(connector.connector_id, "answered").inc()
        return answer

    @contextlib.asynccontextmanager
    async def _slot(self, connector: Connector) -> AsyncIterator[None]:
        """Hold a slot inside this block. Raises LaneStoppedError when the lane cannot ask any more.

        A slot that would probe a held lane is given back to the deliveries.
        """
        state = self._lane.state
        if not self.may_ask:
            raise LaneStoppedError
        slot = await state.slots.acquire()
        try:
            if slot.is_probe or not self.may_ask or slot.version != connector.version:
                raise LaneStoppedError
            yield
            state.credential.accept()
        except ThrottledError as error:
            state.failed(error, slot)
            raise
        finally:
            state.slots.release(slot)

    def _pause(self, error: DeliveryError) -> None:
        pause = min(FIRST_PAUSE_S * 2.0**self._failures, LONGEST_PAUSE_S)
        if error.origin is FaultOrigin.CREDENTIAL:
            pause = CREDENTIAL_PAUSE_S
        self._failures = min(self._failures + 1, 10)
        self._paused_until = time.monotonic() + max(pause, error.retry_after_s or 0.0)


def _failed(batch: Sequence[RecordKey], error: DeliveryError) -> dict[RecordKey, RecordState]:
    return dict.fromkeys(batch, RecordState(AppliedState.WAITING, _note(error)))


def _note(error: DeliveryError) -> str:
    """Return the reason of a failed question. The sentence of an unknown outcome is about an
    appointment, and a question sends none.
    """
    if not error.outcome_unknown:
        return f"The last question failed. {error}"[:1000]
    status = f" Status code: {error.http_status}." if error.http_status else ""
    return f"The last question had no usable answer.{status}"
