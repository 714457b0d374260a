"""Databases and a ledger of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dispatcher.ledger.ledger import Ledger
from tests.support.database import Database, a_database, an_empty_database
from tests.support.ledger_samples import LEASE_S


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
