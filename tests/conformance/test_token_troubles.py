"""The faults of token endpoints.

Each has a sentence of its own. Nothing is sent to the back office, and no caller waits for longer
than its own timeout.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from common.contracts.connector import Limits
from dispatcher.connection_test.run import run_connection_test
from dispatcher.errors import DeliveryError
from tests.support.builders import a_delivery
from tests.support.simulated_back_offices import a_client
from tests.support.token_endpoint import token_endpoint

if TYPE_CHECKING:
    from common.contracts.connector import Connector
    from tests.conformance.conftest import Bench

SHORT = Limits(total_timeout_s=0.4)
TOKEN: dict[str, Any] = {"at_token_endpoint": True}
TROUBLES: dict[str, dict[str, Any]] = {
    "502": TOKEN | {"status": 502},
    "500": TOKEN | {"status": 500},
    "503 with a wait": TOKEN | {"status": 503, "retry_after_s": 7},
    "403 with a page": TOKEN | {"status": 403},
    "407 of a proxy": TOKEN | {"status": 407},
    "404": TOKEN | {"status": 404},
    "a sign-in page": TOKEN | {"sign_in_page": True},
    "a redirect": TOKEN | {"redirect_to": "https://login.cronus.example/"},
    "silence": TOKEN | {"store_then_silence": True},
    "a reset": TOKEN | {"reset": True},
    "a slow answer": TOKEN | {"delay_s": 2.0},
    "a dripping answer": TOKEN | {"drip_s": 2.0},
    "half an answer": TOKEN | {"malformed": True},
    "a gzip bomb": TOKEN | {"gzip_bomb": 1024 * 1024},
    "invalid_scope": {"token_error": "invalid_scope"},
    "a refusal with 200": {"token_answer": {"access_token": None, "error": "invalid_client"}},
    "no token": {"token_answer": {"access_token": None}},
    "an empty token": {"token_answer": {"access_token": ""}},
    "a blank token": {"token_answer": {"access_token": " "}},
    "a line break": {"token_answer": {"access_token": "a\r\nX-Injected: 1"}},
    "a token outside ASCII": {"token_answer": {"access_token": "tökén"}},
    "a token that is a number": {"token_answer": {"access_token": 12}},
    "an endless token": {"token_answer": {"access_token": "x" * 70_000}},
    "another type of token": {"token_answer": {"token_type": "mac"}},
}


async def a_troubled(bench: Bench, **fields: Any) -> Connector:
    demanded, said, secrets = a_client(bench.address, bench.name)
    await bench.demand(demanded)
    return bench.connector("CRM", secrets, authentication=said, **fields)


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_every_trouble_of_the_token_endpoint_is_named_as_its_own(
    bench: Bench, trouble: str
) -> None:
    connector = await a_troubled(bench, limits=SHORT)
    await bench.fault(**TROUBLES[trouble])

    with pytest.raises(DeliveryError) as raised:
        await bench.deliver(connector, a_delivery())
    tested = await run_connection_test(connector, bench.shared)

    assert raised.value.at_token_endpoint
    assert "token endpoint" in str(raised.value)
    assert not raised.value.outcome_unknown
    assert [step.name for step in tested.steps] == ["address", "TLS", "authentication"]
    assert (await bench.counts())["received"] == 0


@pytest.mark.parametrize("wait", [7.0])
async def test_the_wait_that_a_token_endpoint_asks_for_is_kept(bench: Bench, wait: float) -> None:
    connector = await a_troubled(bench)
    await bench.fault(**TROUBLES["503 with a wait"])

    with pytest.raises(DeliveryError) as raised:
        await bench.deliver(connector, a_delivery())

    assert raised.value.retry_after_s == wait


@pytest.mark.parametrize(
    "expires_in", [None, 0, -5, -1e9, "3600", "soon", "", "NaN", 1e300, 10**400, True, [], {}]
)
@pytest.mark.parametrize("token_type", [None, "bearer", "BEARER", "BearerToken"])
async def test_a_token_of_an_odd_lifetime_is_asked_for_once(
    bench: Bench, expires_in: Any, token_type: str | None
) -> None:
    connector = await a_troubled(bench)
    await bench.fault(token_answer={"expires_in": expires_in, "token_type": token_type})

    for _ in range(2):
        await bench.deliver(connector, a_delivery())

    assert (await bench.counts())["tokens_issued"] == 1


async def test_a_caller_waits_for_anothers_token_no_longer_than_for_its_own(
    bench: Bench,
) -> None:
    patient = await a_troubled(bench, limits=Limits(total_timeout_s=30.0))
    hurried = patient.model_copy(update={"limits": SHORT})
    await bench.fault(**TROUBLES["silence"])
    waiting = asyncio.create_task(bench.deliver(patient, a_delivery()))
    began = time.monotonic()

    with pytest.raises(DeliveryError, match=r"token endpoint .* within 0\.4 s"):
        await bench.deliver(hurried, a_delivery())

    assert time.monotonic() - began < 2
    assert not waiting.done()
    waiting.cancel()


async def test_a_token_endpoint_that_is_down_fails_at_authentication(bench: Bench) -> None:
    async with token_endpoint() as endpoint:
        token_url = f"{endpoint.url}token"
    _, said, secrets = a_client(bench.address, bench.name)
    connector = bench.connector("CRM", secrets, authentication=said | {"token_url": token_url})

    tested = await run_connection_test(connector, bench.shared)

    assert (tested.steps[-1].name, tested.steps[-1].passed) == ("authentication", False)
    assert "token URL" in tested.steps[-1].sentence
