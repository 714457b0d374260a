"""The servers and the system that all tests share."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from local_stack.servers.mongodb import MongoDb
from local_stack.servers.rabbitmq import RabbitMq
from tests.support.api_user import PASSWORD
from tests.support.leaks import leaks_of
from tests.support.secret_scan import note_secrets
from tests.support.simulated_back_offices import SECRETS
from tests.support.system import System, a_session

LONGEST_FIRST = ("browser", "faults", "monitoring", "api", "seed", "integration")
"""Folders in the order of their duration, so that two processes end at about the same time."""
TOGETHER = ("browser", "monitoring", "api", "conformance")
"""Folders whose files share fixtures that start slowly."""


class FolderScheduling(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Gives each of two processes a file at a time, or a folder whose files share fixtures."""

    def _split_scope(self, nodeid: str) -> str:
        folder = _folder(nodeid)
        return folder if folder in TOGETHER else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    """Return our scheduler for the work of xdist."""
    return FolderScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest."""
    order = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(_folder(item.nodeid), len(order)))


def _folder(nodeid: str) -> str:
    return nodeid.split("/")[1]


@pytest.fixture
def app() -> str:
    """A source app of the test's own."""
    return f"app-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
async def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RabbitMq]:
    server = RabbitMq(tmp_path_factory.mktemp("rabbitmq"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
async def mongodb(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MongoDb]:
    server = MongoDb(tmp_path_factory.mktemp("mongodb"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="session")
def rabbitmq_url(rabbitmq: RabbitMq) -> str:
    return rabbitmq.url


@pytest.fixture(scope="session")
def mongodb_url(mongodb: MongoDb) -> str:
    return mongodb.url


@pytest.fixture(scope="session")
async def system(
    rabbitmq_url: str, mongodb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    directory: Path = tmp_path_factory.mktemp("system")
    async with a_session() as http:
        running = System(rabbitmq_url, mongodb_url, directory, http)
        await running.start_all()
        yield running
        note_secrets(*SECRETS, PASSWORD)
        try:
            assert await leaks_of(running, tmp_path_factory.getbasetemp()) == []
        finally:
            await running.stop_all()
