from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.contracts.connector import Connector
from dispatcher.back_offices.client_cache import BackOfficeClientCache
from dispatcher.errors import MisconfiguredError
from tests.support.builders import a_connector

if TYPE_CHECKING:
    from common.contracts.delivery import DeliveryRequested
    from dispatcher.back_offices.calls import Confirmation, PreparedDelivery
    from dispatcher.back_offices.probe import ProbeResult


class FakeBackOffice:
    """A client that records its closing."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector
        self.is_closed = False

    def prepare(self, request: DeliveryRequested) -> PreparedDelivery:
        raise NotImplementedError

    async def send(self, prepared: PreparedDelivery) -> Confirmation:
        raise NotImplementedError

    async def probe(self) -> ProbeResult:
        raise NotImplementedError

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def built() -> list[FakeBackOffice]:
    return []


@pytest.fixture
def cache(built: list[FakeBackOffice]) -> BackOfficeClientCache:
    def build(connector: Connector) -> FakeBackOffice:
        built.append(FakeBackOffice(connector))
        return built[-1]

    return BackOfficeClientCache(build)


async def test_a_client_is_built_once_per_version(
    cache: BackOfficeClientCache, built: list[FakeBackOffice]
) -> None:
    first = cache.get(a_connector(version=1))

    assert cache.get(a_connector(version=1)) is first
    assert cache.get(a_connector(version=2)) is not first
    await cache.close()
    assert [client.is_closed for client in built] == [True, True]


async def test_connectors_do_not_share_a_client(cache: BackOfficeClientCache) -> None:
    first = cache.get(a_connector(connector_id="c1"))

    assert cache.get(a_connector(connector_id="c2")) is not first
    assert cache.get(a_connector(connector_id="c1")) is first
    await cache.close()


async def test_settings_that_cannot_be_used_are_read_again_at_the_next_call() -> None:
    def build(_: Connector) -> FakeBackOffice:
        raise MisconfiguredError("DSCFG006", "incomplete")

    cache = BackOfficeClientCache(build)

    for _ in range(2):
        with pytest.raises(MisconfiguredError):
            cache.get(a_connector())
    await cache.close()
