"""A ledger of the test's own."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import pytest

from common.database import open_database
from dispatcher.ledger.ledger import Ledger
from tests.support.ledger_samples import LEASE_S, Database


@pytest.fixture
async def ledgers_database(mongodb_url: str) -> AsyncIterator[Database]:
    opened = open_database(mongodb_url, f"test-{uuid.uuid4().hex[:8]}")
    yield opened
    await opened.client.drop_database(opened.name)


@pytest.fixture
def ledger(ledgers_database: Database) -> Ledger:
    return Ledger(ledgers_database, LEASE_S)
