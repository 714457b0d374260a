"""A simulator of the test's own, and the clients that reach it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import pytest

from common.contracts.connector import Connector
from common.exact_json import read_json
from dispatcher.back_offices.address_policy import AddressPolicy
from dispatcher.back_offices.authentication.token_cache import TokenCache
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.http_transport import open_session
from dispatcher.back_offices.table import build
from tests.support.builders import a_connector
from tests.support.fake_lane import a_lane
from tests.support.sealed import KEYS, with_secrets
from tests.support.simulated_back_offices import SIMULATED
from tests.support.system import System

if TYPE_CHECKING:
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.calls import Confirmation
    from dispatcher.back_offices.table import BackOfficeClient
    from dispatcher.ledger.claim import UnknownAttempt
    from dispatcher.outcome import Outcome
    from tests.support.fake_lane import FakeClient


@pytest.fixture(scope="session")
async def simulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with aiohttp.ClientSession() as http:
        alone = System(
            "amqp://127.0.0.1", "mongodb://127.0.0.1", tmp_path_factory.mktemp("conformance"), http
        )
        await alone.start("simulator")
        yield alone
        await alone.stop_all()


@pytest.fixture
async def shared() -> AsyncIterator[SharedResources]:
    addresses = AddressPolicy([ip_network("127.0.0.0/8")])
    async with open_session(addresses) as session:
        yield SharedResources(session, KEYS, addresses, TokenCache())


@pytest.fixture
def name() -> str:
    return f"office-{uuid.uuid4().hex[:8]}"


class Bench:
    """Builds back offices of connectors to the simulator, and closes them."""

    def __init__(self, simulator: System, shared: SharedResources, name: str) -> None:
        self.simulator = simulator
        self.shared = shared
        self.name = name
        self._built: list[BackOfficeClient] = []

    @property
    def address(self) -> str:
        """The address of the simulator."""
        return self.simulator.services["simulator"].url

    def connector(
        self, office: str, secrets: dict[str, str] | None = None, **fields: object
    ) -> Connector:
        """A connector to this back office."""
        plain = a_connector(**SIMULATED[office].connector(self.address, self.name), **fields)
        return with_secrets(plain, secrets or {})

    def build(self, connector: Connector) -> BackOfficeClient:
        """Build the client of a connector."""
        self._built.append(build(connector, self.shared))
        return self._built[-1]

    async def deliver(self, connector: Connector, request: DeliveryRequested) -> Confirmation:
        """Send one snapshot with a client of its own."""
        client = self.build(connector)
        return await client.send(client.prepare(request))

    async def attempt(
        self,
        connector: Connector,
        request: DeliveryRequested,
        unknown: UnknownAttempt | None = None,
    ) -> Outcome:
        """Deliver as the dispatcher does, with up to three tries.

        ``unknown`` is an earlier attempt of unknown outcome.
        """
        fields = connector.model_dump(exclude={"connector_id", "version", "modified_at"})
        lane = a_lane(cast("FakeClient", self.build(connector)), **fields)
        outcome = (await lane.deliver(request, unknown=unknown)).outcome
        lane.state.suspend()
        return outcome

    async def records(self) -> list[dict[str, Any]]:
        """The records of the back office, with numbers digit by digit."""
        address = f"{self.simulator.back_office(self.name)}/records"
        async with self.simulator.http.get(address) as answer:
            found: list[dict[str, Any]] = read_json(await answer.text())["records"]
            return found

    async def fault(self, **fault: object) -> None:
        """Let the back office fail in this way from now on."""
        await self.simulator.simulated("PUT", self.name, "/faults", json=fault)

    async def demand(self, authentication: dict[str, object]) -> None:
        """Let the back office accept only calls with this authentication."""
        await self.simulator.simulated("PUT", self.name, "/authentication", json=authentication)

    async def counts(self) -> dict[str, int]:
        """The counters of the back office."""
        found: dict[str, int] = await self.simulator.simulated("GET", self.name)
        return found

    async def close(self) -> None:
        """Close all connections."""
        for built in self._built:
            await built.close()


@pytest.fixture
async def bench(simulator: System, shared: SharedResources, name: str) -> AsyncIterator[Bench]:
    made = Bench(simulator, shared, name)
    yield made
    await made.close()
    for path in ("/authentication", "/faults", ""):
        await simulator.simulated("DELETE", name, path)
