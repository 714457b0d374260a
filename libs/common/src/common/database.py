"""The connection to MongoDB (motor; docs/adr/0005 says why, and what its end of life means)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pymongo
import stamina
import structlog
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    PyMongoError,
    WTimeoutError,
)

from common.metrics import MONGODB_FAILURES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

log = structlog.get_logger()
BUILDING_S = 86_400.0
PING_S = 3.0

_TRANSIENT_CODES = {6, 7, 18, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}


def open_database(url: str, name: str) -> AsyncIOMotorDatabase[dict[str, Any]]:
    """Return the database; majority writes, retried once by the driver, no operation longer
    than five seconds.
    """
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        url,
        w="majority",
        retryWrites=True,
        timeoutMS=5000,
        serverSelectionTimeoutMS=5000,
        tz_aware=True,
        maxPoolSize=20,
        appname="mboc",
    )
    return client[name]


async def wait_until_there(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Wait for as long as MongoDB has no primary, and say so."""
    while reason := await _absence(database):
        log.warning("MongoDB is not there yet, waiting for it", reason=reason)
        await asyncio.sleep(1)


class Reach:
    """Whether MongoDB's primary answered lately: without it no delivery is claimed, nothing
    recorded and nothing requeued.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._answers = True

    async def run(self) -> None:
        """Ask every few seconds until cancelled."""
        while True:
            self._answers = await _absence(self._database) is None
            await asyncio.sleep(PING_S)

    def check(self) -> str | None:
        """Say so when it did not."""
        return None if self._answers else "MongoDB does not answer"


async def _absence(database: AsyncIOMotorDatabase[dict[str, Any]]) -> str | None:
    """Return why the primary does not answer, None when it does: the name of an error, or what
    MongoDB calls it.
    """
    try:
        reason = None if (await database.command("hello")).get("isWritablePrimary") else "NoPrimary"
    except PyMongoError as error:
        reason = str((getattr(error, "details", None) or {}).get("codeName", type(error).__name__))
    if reason is not None:
        MONGODB_FAILURES.inc()
    return reason


def is_away(error: Exception) -> bool:
    """Whether MongoDB could not be reached, changed its primary or no longer takes our password:
    the same operation may be tried again.
    """
    if isinstance(error, ConnectionFailure | AutoReconnect | ExecutionTimeout | WTimeoutError):
        return True
    if isinstance(error, BulkWriteError):
        return not error.details.get("writeErrors")
    return isinstance(error, PyMongoError) and (
        error.timeout or getattr(error, "code", None) in _TRANSIENT_CODES
    )


def outlast() -> AsyncIterator[stamina.Attempt]:
    """Try a block again while MongoDB is away, without end and up to two seconds apart.

    Used as ``async for trial in outlast(): with trial: ...``.
    """
    return stamina.retry_context(
        on=_count_away, attempts=None, timeout=None, wait_initial=0.05, wait_max=2.0
    ).__aiter__()


async def have_indexes(
    collection: AsyncIOMotorCollection[dict[str, Any]], indexes: Sequence[pymongo.IndexModel]
) -> None:
    """Make the indexes that are missing, however long building them takes.

    MongoDB gives up a build whose client stops waiting, so the five seconds of other operations
    would never end one on a large collection.
    """
    with pymongo.timeout(BUILDING_S):
        async for trial in outlast():
            with trial:
                await collection.create_indexes(indexes)


def _count_away(error: Exception) -> bool:
    """Whether to try again; every time counts, so that alerts see it where nobody
    asks for readiness.
    """
    away = is_away(error)
    if away:
        MONGODB_FAILURES.inc()
    return away
