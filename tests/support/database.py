"""A database of a test's own, filled as the recorder fills it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator
from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from common.database import open_database
from portal_api.store.indexes import make_indexes


@contextlib.asynccontextmanager
async def a_database(url: str) -> AsyncIterator[AsyncIOMotorDatabase[dict[str, Any]]]:
    """Have an empty one with its indexes inside this block."""
    made = open_database(url, f"test-{uuid.uuid4().hex[:8]}")
    await make_indexes(made)
    yield made
    await made.client.drop_database(made.name)
    made.client.close()
