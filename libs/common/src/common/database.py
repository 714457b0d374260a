"""The connection to MongoDB through motor (docs/adr/0005 covers its end of life)."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pymongo
import stamina
import structlog
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError

from common.metrics import MONGODB_FAILURES
from common.tls import certificate_problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorDatabase

log = structlog.get_logger()
INDEX_BUILD_TIMEOUT_S = 86_400.0
PING_INTERVAL_S = 3.0
LOG_INTERVAL_S = 10.0
"""The shortest time between two log lines about failed operations."""

UNAUTHORIZED = 13
"""MongoDB's error code for a user without the permission."""
DUPLICATE_KEY = 11000
"""MongoDB's error code for a key that a unique index already has."""

PERMANENT_CODES = frozenset(
    {
        *(2, 9, 14, 15, 16, 22, 52, 53, 55, 56, 57, 241),  # a value, a type or a name of a field
        *(28, 40, 54, 66, 121, 171),  # an update that does not fit its document
        *(26, 27, 67, 68, 72, 73, 85, 86, 197),  # a collection or an index that is not as expected
        *(20, 59, 115, 168, 238, 292),  # a command, a stage or a sort that this MongoDB refuses
        *(10334, 17280, 17419, 17420),  # too large
        *(DUPLICATE_KEY, 11001, 12582),  # a duplicate
    }
)
"""MongoDB's error codes that repeat with every try (mongo: src/mongo/base/error_codes.yml).

Other errors may pass, such as 13 (no role yet), 371 (writes are blocked), 8000 (over a quota) or
14031 (no disk space).
"""


def open_database(url: str, name: str) -> AsyncIOMotorDatabase[dict[str, Any]]:
    """Return the database, with majority writes, one retry by the driver, and a timeout of five
    seconds for each operation.
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


async def wait_for_database(database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
    """Wait and log while MongoDB has no primary."""
    while reason := await _unavailable_reason(database):
        log.warning("MongoDB is unavailable, waiting for it", reason=reason)
        await asyncio.sleep(1)


class DatabaseHealth:
    """The health check of MongoDB's primary. Without a primary no delivery is claimed, recorded or
    requeued.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._database = database
        self._answers = True

    async def run(self) -> None:
        """Ping the primary every few seconds until cancelled."""
        while True:
            self._answers = await _unavailable_reason(self._database) is None
            await asyncio.sleep(PING_INTERVAL_S)

    def check(self) -> str | None:
        """Return a reason when the last ping failed."""
        return None if self._answers else "MongoDB does not answer"


async def _unavailable_reason(database: AsyncIOMotorDatabase[dict[str, Any]]) -> str | None:
    """Return the reason why the primary does not answer, as an error's name, or None."""
    try:
        reason = None if (await database.command("hello")).get("isWritablePrimary") else "NoPrimary"
    except PyMongoError as error:
        reason = certificate_problem(error) or reason_of(error)
    if reason is not None:
        MONGODB_FAILURES.inc()
    return reason


def is_unavailable(error: Exception) -> bool:
    """Whether the same operation may succeed later: MongoDB is unreachable, or its error is not
    known to be permanent.
    """
    if isinstance(error, BulkWriteError):
        refused = error.details.get("writeErrors") or ()
        return not refused or any(one["code"] not in PERMANENT_CODES for one in refused)
    if isinstance(error, OperationFailure):
        return error.timeout or error.code not in PERMANENT_CODES
    return isinstance(error, ConnectionFailure) or (
        isinstance(error, PyMongoError) and error.timeout
    )


def retry_while_unavailable() -> AsyncIterator[stamina.Attempt]:
    """Repeat a block without end while MongoDB is unavailable, with pauses of up to two seconds.

    Usage: ``async for trial in retry_while_unavailable(): with trial: ...``.
    """
    return stamina.retry_context(
        on=count_unavailable, attempts=None, timeout=None, wait_initial=0.05, wait_max=2.0
    ).__aiter__()


def is_duplicate(error: OperationFailure) -> bool:
    """Whether MongoDB refused a write for duplicate keys, and for no other reason."""
    if isinstance(error, BulkWriteError):
        refused = error.details.get("writeErrors") or ()
        return bool(refused) and all(one["code"] == DUPLICATE_KEY for one in refused)
    return error.code == DUPLICATE_KEY


async def insert_missing(
    collection: AsyncIOMotorCollection[dict[str, Any]], documents: Sequence[dict[str, Any]]
) -> None:
    """Insert the documents whose keys the collection does not have yet.

    Waits while MongoDB is unavailable. An earlier try may have inserted some of the documents,
    so duplicates are no error. They stay as they are in the collection.
    """
    async for trial in retry_while_unavailable():
        with trial:
            try:
                await collection.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                if not is_duplicate(error):
                    raise


async def ensure_indexes(
    collection: AsyncIOMotorCollection[dict[str, Any]], indexes: Sequence[pymongo.IndexModel]
) -> None:
    """Create the missing indexes, however long a build takes.

    MongoDB aborts a build whose client disconnects. The five seconds of other operations would
    abort each build on a large collection. A user who may not create indexes waits until the
    administrator has created them.
    """
    with pymongo.timeout(INDEX_BUILD_TIMEOUT_S):
        async for trial in retry_while_unavailable():
            with trial:
                try:
                    await collection.create_indexes(indexes)
                except OperationFailure as error:
                    if error.code != UNAUTHORIZED or await _missing(collection, indexes):
                        raise


async def _missing(
    collection: AsyncIOMotorCollection[dict[str, Any]], indexes: Sequence[pymongo.IndexModel]
) -> set[str]:
    """Return the names of indexes that only the administrator can create, and log them."""
    missing = {index.document["name"] for index in indexes} - {
        *await collection.index_information()
    }
    if missing:
        log.warning(
            "indexes are missing that only MongoDB's administrator may create. "
            "Run mongodb-init again, or on Kubernetes the job mongodb-set-up",
            collection=collection.name,
            indexes=sorted(missing),
        )
    return missing


def reason_of(error: Exception) -> str:
    """Return MongoDB's name or number of an error, without its text, which may quote data."""
    details: dict[str, Any] = getattr(error, "details", None) or {}
    one = next(iter(details.get("writeErrors") or ()), details)
    name = one.get("codeName") or one.get("code")
    return str(name or type(error).__name__)


class _FailureLog:
    """Logs failed operations, every ten seconds at most."""

    def __init__(self) -> None:
        self._logged_at = float("-inf")

    def count(self, error: Exception) -> None:
        MONGODB_FAILURES.inc()
        now = time.monotonic()
        if now - self._logged_at >= LOG_INTERVAL_S:
            self._logged_at = now
            log.warning(
                "MongoDB refused an operation, which is tried again", reason=reason_of(error)
            )


_failure_log = _FailureLog()


def count_unavailable(error: Exception) -> bool:
    """Whether MongoDB is unavailable. Counts and logs each error of this kind for the alerts."""
    is_failure = is_unavailable(error)
    if is_failure:
        _failure_log.count(error)
    return is_failure
