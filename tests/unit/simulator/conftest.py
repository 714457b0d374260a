"""A simulator on loopback, new for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.back_offices.back_office import MemoryLimits
from simulator.back_offices.back_offices import BackOffices
from simulator.routes.back_offices import back_office_routes
from simulator.routes.problems import problems
from tests.unit.simulator.back_office import BackOfficeClient


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def address() -> AsyncIterator[str]:
    app = web.Application(middlewares=[problems])
    app.add_routes(back_office_routes(BackOffices(MemoryLimits(100, 100))))
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0.1)
    yield str(server.make_url("/back-offices/bc"))
    await server.close()


@pytest.fixture
def bc(http: aiohttp.ClientSession, address: str) -> BackOfficeClient:
    return BackOfficeClient(http, address)
