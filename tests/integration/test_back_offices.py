"""Behaviour over many deliveries: connections and tokens are reused, and throttling slows a lane
down until it speeds up again.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.simulated_back_offices import SIMULATED, a_client, a_login
from tests.support.system import System, until

MANY = 500


async def connector(
    system: System,
    app: str,
    office: str,
    proof: tuple[dict[str, Any], dict[str, Any], dict[str, str]],
    **fields: Any,
) -> str:
    demanded, said, secrets = proof
    await system.simulated("PUT", app, "/authentication", json=demanded)
    reached = SIMULATED[office].connector(system.services["simulator"].url, app)
    return await system.connector(
        **{"source_app": app, "authentication": said} | reached | secrets | fields
    )


async def post(system: System, app: str, first: int, count: int) -> None:
    """Post this many changes concurrently."""
    at_once = asyncio.Semaphore(32)

    async def one(number: int) -> None:
        async with at_once:
            await system.change("create", a_snapshot(number, source_app=app))

    await asyncio.gather(*(one(first + number) for number in range(count)))


async def until_stored(system: System, app: str, count: int) -> dict[str, int]:
    async def ask() -> dict[str, int] | None:
        counts: dict[str, int] = await system.simulated("GET", app)
        return counts if counts["stored"] >= count else None

    return await until(ask, f"{count} appointments to be stored")


@pytest.mark.parametrize("kind", ["NTLM", "Windows"])
async def test_500_deliveries_use_no_more_authenticated_connections_than_calls_in_flight(
    system: System, app: str, kind: str
) -> None:
    demanded, said, secrets = a_login(kind)
    proof = demanded | {"type": {"NTLM": "NTLM", "Windows": "Negotiate"}[kind]}, said, secrets
    await connector(system, app, "NAV", proof, limits={"calls_in_flight": 4})

    await post(system, app, 1, MANY)

    counts = await until_stored(system, app, MANY)
    assert 1 <= counts["connections_authenticated"] <= 4
    assert counts["unauthorised"] <= 4, (
        "each connection may ask for the wrong scheme once, no call is refused"
    )


async def test_500_deliveries_fetch_one_token_and_an_expired_one_is_replaced_once(
    system: System, app: str
) -> None:
    url = system.services["simulator"].url
    await connector(
        system, app, "Business Central API page", a_client(url, app), limits={"calls_per_second": 0}
    )
    await post(system, app, 1, MANY)
    assert (await until_stored(system, app, MANY))["tokens_issued"] == 1

    await system.simulated("POST", app, "/authentication/expire")
    await post(system, app, MANY + 1, MANY)

    assert (await until_stored(system, app, 2 * MANY))["tokens_issued"] == 2


async def test_throttling_slows_a_lane_down_and_it_speeds_up_again(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app, limits={"calls_in_flight": 8})

    async def allowed() -> int:
        found = re.search(
            rf'mboc_dispatcher_calls_allowed{{connector_id="{connector_id}"}} (\d+)',
            await system.metrics("dispatcher"),
        )
        return int(found[1]) if found else 0

    async def is_slow() -> bool:
        return 0 < await allowed() < 8

    async def is_fast() -> bool:
        return await allowed() == 8

    await system.simulated(
        "PUT", app, "/faults", json={"status": 429, "retry_after_s": 1, "times": 3}
    )
    await post(system, app, 1, 4)
    await until(is_slow, "the lane to slow down")

    await until_stored(system, app, 4)
    await post(system, app, 5, 100)
    await until(is_fast, "the lane to be as fast as before")
