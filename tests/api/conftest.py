"""A system of its own for random requests, because they change connectors, accounts and
operations.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import pytest

from common.contracts.delivery import Status
from common.database import open_database
from portal_api.accounts.roles import Role
from portal_api.deliveries.cause import cause_of
from portal_api.recording.record import Recorder
from portal_api.store.writer import Writer
from tests.support.api_user import COOKIE, a_user
from tests.support.builders import an_event
from tests.support.system import API_KEY, System, a_system

REFUSED = "[DSWBHK020] Status code: 502."


class Credentials(NamedTuple):
    """The headers that authenticate a role."""

    role: Role
    headers: Mapping[str, str]


@pytest.fixture(scope="package")
async def fuzzed_system(
    mongodb_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[System]:
    """Every service but the simulator, with some deliveries."""
    async with a_system(mongodb_url, tmp_path_factory.mktemp("apart")) as running:
        await asyncio.gather(
            *(running.start(kind) for kind in ("ingest", "dispatcher", "retry", "portal-api"))
        )
        await _fill(running)
        yield running


@pytest.fixture(scope="package")
async def existing_ids(fuzzed_system: System) -> dict[str, str]:
    """An existing id of each kind, by the name of its path parameter."""
    status, view = await fuzzed_system.api(
        "POST", "/saved-views", json={"name": "all", "list": "errors", "query": {}, "shared": True}
    )
    assert status == 201, view
    connector_id = await fuzzed_system.connector(source_app="nowhere")
    cause = cause_of("DSWBHK020", REFUSED, "c1")
    return {
        "appointment_key": "demo/1",
        "delivery_id": "t1.c1",
        "cause": cause,
        "connector_id": connector_id,
        "saved_view_id": view["saved_view_id"],
    }


@pytest.fixture(scope="package")
async def credentials(fuzzed_system: System) -> dict[str, Credentials]:
    """The API key of the setting, and one signed-in user of each role."""
    users = {role: await a_user(fuzzed_system, role) for role in Role}
    signed_in = {
        str(role): Credentials(
            role, {"Cookie": f"{COOKIE}={user.cookie}", "X-CSRF-Token": user.csrf_token}
        )
        for role, user in users.items()
    }
    return {"key": Credentials(Role.ADMIN, {"X-API-KEY": API_KEY})} | signed_in


async def _fill(system: System) -> None:
    database = open_database(system.mongodb_url, system.database)
    statuses = (Status.SUCCESS, Status.FAILED, Status.SKIPPED)
    said = [
        {"code": "DSWBHK020", "message": REFUSED} if status is Status.FAILED else {}
        for status in statuses
    ]
    events = [
        an_event(
            status=statuses[n % 3], number=n, key=f"demo/{n}", subject=f"Overhaul {n}"
        ).model_copy(update=said[n % 3])
        for n in range(30)
    ]
    await Recorder(Writer(database)).record_statuses(events)
    database.client.close()
