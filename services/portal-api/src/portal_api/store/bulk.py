"""Applies changes of one collection in bulk writes, and isolates a change that MongoDB refuses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from pymongo.errors import BulkWriteError, PyMongoError, WTimeoutError

from common.database import DUPLICATE_KEY, PERMANENT_CODES, count_unavailable, reason_of
from common.errors import UnwritableError

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase
    from pymongo import UpdateOne

Failures = dict[int, Exception]
"""Errors by the index of the change. All other changes are confirmed."""


class UnconfirmedChangeError(Exception):
    """MongoDB did not confirm the change. ``is_refused`` is true when MongoDB refused this change
    alone.
    """

    def __init__(self, reason: str, *, is_refused: bool = False) -> None:
        super().__init__(reason)
        self.is_refused = is_refused


class BulkWriter:
    """Writes at most ``most_operations`` changes at once.

    The batch halves after a timeout and grows by an eighth after each write in time.
    """

    def __init__(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], most_operations: int
    ) -> None:
        self._database = database
        self._most_operations = most_operations
        self._batch = most_operations
        self.written_at = float("-inf")
        """The time of the last confirmed write, on the monotonic clock."""

    async def apply(self, collection: str, operations: list[UpdateOne]) -> Failures:
        """Return an UnconfirmedChangeError or an UnwritableError for each change without
        confirmation.
        """
        failed: Failures = {}
        begin = 0
        while begin < len(operations):
            batch = operations[begin : begin + self._batch]
            for index, error in (await self._apply(collection, batch)).items():
                failed[begin + index] = error
            begin += len(batch)
        return failed

    async def _apply(
        self, collection: str, operations: list[UpdateOne], *, is_retry: bool = False
    ) -> Failures:
        """Apply the changes in one write. If MongoDB refuses the whole write, apply halves of it
        down to the refused change.

        A change with a duplicate key is applied a second time, because another replica may just
        have inserted an older document. A second duplicate key means that the stored document is
        newer.
        """
        try:
            codes = await self._write(collection, operations)
        except Exception as error:  # noqa: BLE001 - the culprit's message gets it
            if count_unavailable(error):
                self._slow_down(error, len(operations))
                return dict.fromkeys(
                    range(len(operations)), UnconfirmedChangeError(reason_of(error))
                )
            if len(operations) == 1:
                return {0: UnwritableError(f"MongoDB refuses the change: {reason_of(error)}")}
        else:
            self.written_at = time.monotonic()
            self._batch = min(self._batch + self._batch // 8 + 1, self._most_operations)
            failed = {p: _error_of(code) for p, code in codes.items() if code != DUPLICATE_KEY}
            collided = [index for index, code in codes.items() if code == DUPLICATE_KEY]
            if collided and not is_retry:
                more = await self._apply(
                    collection, [operations[p] for p in collided], is_retry=True
                )
                failed |= {collided[index]: error for index, error in more.items()}
            return failed
        half = len(operations) // 2
        failed = await self._apply(collection, operations[:half], is_retry=is_retry)
        others = await self._apply(collection, operations[half:], is_retry=is_retry)
        return failed | {half + index: error for index, error in others.items()}

    async def _write(self, collection: str, operations: list[UpdateOne]) -> dict[int, int]:
        """Return the error codes of the refused changes by index. Raises an error of the whole
        write.
        """
        try:
            await self._database[collection].bulk_write(operations, ordered=False)
        except BulkWriteError as error:
            if error.details.get("writeConcernErrors"):
                # A write without a majority may be rolled back, so it is repeated.
                raise WTimeoutError("a majority does not have the write") from error
            count_unavailable(error)
            return {e["index"]: e["code"] for e in error.details["writeErrors"]}
        return {}

    def _slow_down(self, error: Exception, count: int) -> None:
        if isinstance(error, PyMongoError) and error.timeout:
            self._batch = max(count // 2, 1)


def _error_of(code: int) -> Exception:
    if code in PERMANENT_CODES:
        return UnwritableError(f"MongoDB refuses the change: error {code}")
    return UnconfirmedChangeError(str(code), is_refused=True)
