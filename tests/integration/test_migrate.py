"""A command of its own builds indexes before the services of a new version start."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from pathlib import Path
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import IndexModel
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from common.database import ensure_indexes
from portal_api.store.indexes import INDEXES
from tests.support.database import Database


async def test_portal_api_migrates_repeatedly_with_its_database_alone(
    empty_database: Database, mongodb_url: str
) -> None:
    ends = [await migrate("portal-api", mongodb_url, empty_database.name) for _ in range(2)]

    assert ends == [0, 0]
    for collection, indexes in INDEXES.items():
        assert len(await empty_database[collection].index_information()) == len(indexes) + 1, (
            collection
        )


async def test_retry_migrates_too(empty_database: Database, mongodb_url: str) -> None:
    assert await migrate("retry", mongodb_url, empty_database.name) == 0

    assert "unpublished" in await empty_database["requeues"].index_information()


async def test_an_index_may_take_longer_to_build_than_any_other_operation(mongodb_url: str) -> None:
    told = Told()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        mongodb_url, timeoutMS=5000, event_listeners=[told]
    )
    database = client[f"test-{uuid.uuid4().hex[:8]}"]

    await ensure_indexes(database["deliveries"], [IndexModel("received_at")])

    assert [limit for limit in told.limits_ms if limit < 3_600_000] == []
    assert len(told.limits_ms) == 1
    await client.drop_database(database.name)
    client.close()


class Told(CommandListener):
    """Records the time limits of index builds in milliseconds."""

    def __init__(self) -> None:
        self.limits_ms: list[int] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "createIndexes":
            self.limits_ms.append(event.command["maxTimeMS"])

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Do nothing."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Do nothing."""


async def migrate(service: str, mongodb_url: str, database: str) -> int:
    """Run the command as the Kubernetes Job does, and return its exit code."""
    environment = {
        "PATH": os.environ["PATH"],
        "MONGODB_URL": mongodb_url,
        "MONGODB_DATABASE": database,
    }
    command = Path(sys.executable).with_name(f"mboc-{service}")
    process = await asyncio.create_subprocess_exec(
        command, "migrate", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    return await asyncio.wait_for(process.wait(), 60)
