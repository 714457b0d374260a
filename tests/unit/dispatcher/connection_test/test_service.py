"""Each request for a connection test is answered, even when the test fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlsplit

import pytest

from common.contracts.connector import ConnectorTestRequested
from common.errors import BrokerUnavailableError
from dispatcher.back_offices.address_policy import AddressPolicy
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.connection_test.network_steps import check_address
from dispatcher.connection_test.service import ConnectionTestService
from tests.support.builders import a_connector

FRESH = timedelta()


class UnreachableConnectors:
    """A cache of connectors that cannot be refreshed."""

    def __init__(self, *connectors: Any) -> None:
        self._connectors = {c.connector_id: c for c in connectors}

    async def refresh(self) -> None:
        raise BrokerUnavailableError

    def find(self, connector_id: str) -> Any:
        return self._connectors.get(connector_id)


class Published:
    """A publisher that collects the messages."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []

    async def publish(self, _exchange: object, body: bytes, **_: object) -> None:
        self.answers.append(json.loads(body))


async def answers(known: UnreachableConnectors, age: timedelta = FRESH) -> list[dict[str, Any]]:
    published = Published()
    shared = cast("SharedResources", None)
    tests = ConnectionTestService(cast("Any", known), shared, cast("Any", published))
    at = datetime.now(UTC) - age
    await tests.run(ConnectorTestRequested(test_id="t", connector_id="c1", requested_at=at))
    return published.answers


async def test_a_connector_that_is_not_known_or_cannot_be_read_is_a_step_that_failed() -> None:
    [answer] = await answers(UnreachableConnectors())

    assert [step["passed"] for step in answer["steps"]] == [False]
    assert "cannot read it" in answer["steps"][0]["sentence"]


async def test_a_test_that_breaks_off_is_answered() -> None:
    [answer] = await answers(UnreachableConnectors(a_connector()))

    assert [step["passed"] for step in answer["steps"]] == [False]
    assert "AttributeError" in answer["steps"][0]["sentence"]


async def test_a_request_of_before_is_passed_over() -> None:
    assert await answers(UnreachableConnectors(), timedelta(minutes=3)) == []


@pytest.mark.parametrize("uri", ["http://[::1]:9/", "http://127.0.0.1:9/"])
async def test_an_address_that_may_not_be_called_is_named(uri: str) -> None:
    step, accepted = await check_address(a_connector(uri=uri), urlsplit(uri), AddressPolicy())

    assert not step.passed
    assert accepted is None
    assert "may not be called" in step.sentence
