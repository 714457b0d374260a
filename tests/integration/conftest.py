"""Databases and a ledger of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from dispatcher.ledger.ledger import Ledger
from tests.support.database import Database, a_database, an_empty_database
from tests.support.forging_provider import ForgingProvider, a_person, forging_provider
from tests.support.ledger_samples import LEASE_S
from tests.support.oidc_browser import OIDC_PORTAL, OidcBrowser, start_portal
from tests.support.service_users import GuardedServers, guarded_servers_in
from tests.support.system import System


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


@pytest.fixture(scope="session")
async def oidc_provider(system: System) -> AsyncIterator[ForgingProvider]:
    """A provider, and a portal-api that signs accounts in with it."""
    async with forging_provider() as running:
        await start_portal(system, OIDC_PORTAL, running.issuer)
        yield running
        await system.stop(OIDC_PORTAL)


@pytest.fixture
def provider(oidc_provider: ForgingProvider) -> ForgingProvider:
    """The same provider, which signs in a new person."""
    oidc_provider.reset()
    oidc_provider.claims = a_person()
    return oidc_provider


@pytest.fixture
def browser(
    system: System,
    provider: ForgingProvider,  # noqa: ARG001 - it runs
) -> OidcBrowser:
    return OidcBrowser(system, OIDC_PORTAL)
