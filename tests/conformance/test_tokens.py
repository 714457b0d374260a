"""OAuth2 tokens.

Many callers share one request. A refused or unsendable token is not sent.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from common.contracts.connector import Connector, Limits
from dispatcher.back_offices.http_client import SharedResources
from dispatcher.back_offices.table import build
from dispatcher.connection_test.run import run_connection_test
from dispatcher.errors import (
    DeliveryError,
    ForbiddenError,
    MisconfiguredError,
    ServerFaultError,
    ThrottledError,
    UnauthorisedError,
    UnreachableError,
)
from tests.support.builders import a_connector, a_delivery
from tests.support.sealed import with_secrets
from tests.support.token_endpoint import TokenEndpoint, token_endpoint

MANY = 8
SECRET = "made-up-client-secret"


def connector(url: str, token_url: str, **fields: Any) -> Connector:
    said = {"type": "OAuth2 (secret in body)", "client_id": "c", "token_url": token_url}
    plain = a_connector(uri=url, authentication=said, **fields)
    return with_secrets(plain, {"client_secret": SECRET})


def to(endpoint: TokenEndpoint, **fields: Any) -> Connector:
    return connector(endpoint.url, f"{endpoint.url}token", **fields)


async def failures(
    shared: SharedResources, connector: Connector, count: int = 1
) -> list[DeliveryError]:
    client = build(connector, shared)
    prepared = client.prepare(a_delivery())
    found = await asyncio.gather(
        *(client.send(prepared) for _ in range(count)), return_exceptions=True
    )
    return [error for error in found if isinstance(error, DeliveryError)]


async def test_a_silent_token_endpoint_is_waited_for_once(shared: SharedResources) -> None:
    began = time.monotonic()
    async with token_endpoint(hangs=True) as endpoint:
        found = await failures(shared, to(endpoint, limits=Limits(total_timeout_s=0.3)), MANY)

    assert [type(error) for error in found] == [UnreachableError] * MANY
    assert (endpoint.token_requests, endpoint.calls) == (1, 0)
    assert time.monotonic() - began < MANY * 0.3


async def test_a_refused_client_secret_is_tried_once_by_concurrent_callers(
    shared: SharedResources,
) -> None:
    refusal = {"error": "invalid_client", "error_description": f"AADSTS7000215 {SECRET}"}
    async with token_endpoint(answer=refusal, token_status=401) as endpoint:
        found = await failures(shared, to(endpoint), MANY)

    assert [type(error) for error in found] == [UnauthorisedError] * MANY
    assert SECRET not in str(found[0])
    assert (endpoint.token_requests, endpoint.calls) == (1, 0)


async def test_a_failure_is_remembered_for_the_waiting_callers_only(
    shared: SharedResources,
) -> None:
    async with token_endpoint(token_status=401) as endpoint:
        await failures(shared, to(endpoint))
        endpoint.token_status = 200

        assert await failures(shared, to(endpoint)) == []


async def test_concurrent_callers_share_one_token(shared: SharedResources) -> None:
    async with token_endpoint() as endpoint:
        assert await failures(shared, to(endpoint), MANY) == []

    assert (endpoint.token_requests, endpoint.calls) == (1, MANY)


async def test_a_cancelled_caller_does_not_end_the_token_request_of_the_others(
    shared: SharedResources,
) -> None:
    async with token_endpoint() as endpoint:
        client = build(to(endpoint), shared)
        prepared = client.prepare(a_delivery())
        first = asyncio.create_task(client.send(prepared))
        second = asyncio.create_task(client.send(prepared))
        await asyncio.sleep(0)
        first.cancel()

        assert (await second).http_status == 200


async def test_a_refused_token_is_not_sent_a_second_time(shared: SharedResources) -> None:
    async with token_endpoint(status=401) as endpoint:
        [error] = await failures(shared, to(endpoint))

    assert isinstance(error, UnauthorisedError)
    assert not error.at_token_endpoint
    assert (endpoint.token_requests, endpoint.calls) == (2, 1)


@pytest.mark.parametrize("token", ["", " ", "two words", "line\nbreak", "line\r\nbreak", "tökén"])
async def test_a_token_that_no_header_can_carry_is_not_sent(
    shared: SharedResources, token: str
) -> None:
    async with token_endpoint(answer={"access_token": token}) as endpoint:
        [error] = await failures(shared, to(endpoint))

    assert isinstance(error, MisconfiguredError)
    assert "token endpoint" in str(error)
    assert endpoint.calls == 0


@pytest.mark.parametrize("expires_in", [None, 0, -5, "3600", 1e300])
async def test_a_token_of_any_lifetime_is_used(shared: SharedResources, expires_in: Any) -> None:
    async with token_endpoint(answer={"expires_in": expires_in}) as endpoint:
        assert await failures(shared, to(endpoint)) == []


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (302, MisconfiguredError),
        (400, MisconfiguredError),
        (401, UnauthorisedError),
        (403, ForbiddenError),
        (404, MisconfiguredError),
        (429, ThrottledError),
        (501, MisconfiguredError),
        (502, ServerFaultError),
        (503, ThrottledError),
    ],
)
async def test_a_fault_of_the_token_endpoint_is_named_as_its_own(
    shared: SharedResources, status: int, leaf: type[DeliveryError]
) -> None:
    async with token_endpoint(token_status=status) as endpoint:
        [error] = await failures(shared, to(endpoint))
        tested = await run_connection_test(to(endpoint), shared)

    assert isinstance(error, leaf)
    assert error.at_token_endpoint
    assert "token endpoint" in str(error)
    assert [(step.name, step.passed) for step in tested.steps][-1] == ("authentication", False)


@pytest.mark.parametrize("token_url", ["http://127.0.0.1:9/", "http://no-such-host.invalid/", "x"])
async def test_a_token_endpoint_that_is_away_is_named(
    shared: SharedResources, token_url: str
) -> None:
    [error] = await failures(shared, connector("http://127.0.0.1:9/", token_url))

    assert "oken" in str(error)
    assert error.at_token_endpoint
    assert not error.outcome_unknown
