"""Writes the changes of messages in bulk writes, bounded in number and bytes."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from bson import encode
from pymongo import UpdateOne

from common.batcher import Batcher
from common.errors import UnwritableError
from portal_api.store.bulk import BulkWriter, UnconfirmedChangeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

Change = tuple[str, UpdateOne]
"""A collection's name and the update for it."""
WRITE_BATCH = 2_000
WRITE_BATCH_BYTES = 8 * 1024 * 1024
MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
"""The largest document of MongoDB."""
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 5.0
REFUSAL_TIMEOUT_S = 600.0
"""A change counts as unwritable when MongoDB refuses it this long and confirms others."""


class Writer:
    """Returns when a majority of MongoDB has the changes. A confirmed change is never repeated.

    A refused change delays its own message alone.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._bulk = BulkWriter(database, WRITE_BATCH)
        self._batcher: Batcher[Change, None] = Batcher(
            self._flush, WRITE_BATCH, most_bytes=WRITE_BATCH_BYTES, size_of=_size_of
        )

    async def write(self, changes: Sequence[Change]) -> None:
        """Apply the changes, however long MongoDB is unavailable.

        Raises UnwritableError for a change that can never be applied, after all others are applied.
        """
        pending, pause, started = list(changes), FIRST_PAUSE_S, time.monotonic()
        unwritable: UnwritableError | None = None
        while pending:
            results = await asyncio.gather(*map(self._submit, pending), return_exceptions=True)
            waiting = []
            for change, result in zip(pending, results, strict=True):
                if isinstance(result, UnconfirmedChangeError) and not self._is_stuck(
                    result, started
                ):
                    waiting.append(change)
                elif result is not None:
                    unwritable = _unwritable(result)
            pending = waiting
            if pending:
                await asyncio.sleep(pause)
                pause = min(pause * 2, MAX_PAUSE_S)
        if unwritable is not None:
            raise unwritable

    def _submit(self, change: Change) -> asyncio.Future[None]:
        try:
            return self._batcher.submit(change)
        except UnwritableError as error:
            refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            refused.set_exception(error)
            return refused

    def _is_stuck(self, error: UnconfirmedChangeError, started: float) -> bool:
        return error.is_refused and self._bulk.written_at > started + REFUSAL_TIMEOUT_S

    async def _flush(self, changes: Sequence[Change]) -> list[Exception | None]:
        by_collection: dict[str, list[int]] = {}
        for index, (collection, _) in enumerate(changes):
            by_collection.setdefault(collection, []).append(index)
        results: list[Exception | None] = [None] * len(changes)
        for collection, indexes in by_collection.items():
            operations = [changes[index][1] for index in indexes]
            for index, error in (await self._bulk.apply(collection, operations)).items():
                results[indexes[index]] = error
        return results


def _size_of(change: Change) -> int:
    """Return the change's bytes in the request. Raises UnwritableError for a change that cannot be
    sent.
    """
    operation = change[1]
    try:
        # pymongo has no public access to them
        size = len(encode({"q": operation._filter, "u": operation._doc}))  # noqa: SLF001
    except Exception as error:
        raise UnwritableError(f"the change cannot be stored: {type(error).__name__}") from error
    if size > MAX_DOCUMENT_BYTES:
        raise UnwritableError(
            f"the change has {size:,} bytes, and MongoDB accepts at most {MAX_DOCUMENT_BYTES:,}"
        )
    return size


def _unwritable(error: BaseException) -> UnwritableError:
    if isinstance(error, UnwritableError):
        return error
    if isinstance(error, UnconfirmedChangeError):
        return UnwritableError(f"MongoDB refuses the change and accepts others: {error}")
    raise error
