"""Databases and a ledger of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dispatcher.ledger.ledger import Ledger
from tests.support.database import Database, a_database, an_empty_database
from tests.support.ledger_samples import LEASE_S
from tests.support.service_users import GuardedServers, guarded_servers_in


@pytest.fixture(scope="session")
async def guarded_servers(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[GuardedServers]:
    """RabbitMQ and MongoDB with one user per service."""
    async with guarded_servers_in(tmp_path_factory.mktemp("guarded")) as servers:
        yield servers


@pytest.fixture
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """An empty database with the indexes of portal-api."""
    async with a_database(mongodb_url) as opened:
        yield opened


@pytest.fixture
async def empty_database(mongodb_url: str) -> AsyncIterator[Database]:
    """A database without indexes."""
    async with an_empty_database(mongodb_url) as opened:
        yield opened


@pytest.fixture
def ledger(empty_database: Database) -> Ledger:
    return Ledger(empty_database, LEASE_S)
