"""Databases for tests. Each test or module has one of its own."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from common.database import open_database
from portal_api.store.indexes import create_indexes

Database = AsyncIOMotorDatabase[dict[str, Any]]


@contextlib.asynccontextmanager
async def a_database(
    url: str, ensure_indexes: Callable[[Database], Awaitable[None]] = create_indexes
) -> AsyncIterator[Database]:
    """Open an empty database with the indexes of portal-api, or of another service. Drop it
    afterwards.
    """
    async with an_empty_database(url) as database:
        await ensure_indexes(database)
        yield database


@contextlib.asynccontextmanager
async def an_empty_database(url: str) -> AsyncIterator[Database]:
    """Open a database without indexes. Drop the database afterwards."""
    database = open_database(url, f"test-{uuid.uuid4().hex[:8]}")
    yield database
    await database.client.drop_database(database.name)
    database.client.close()
