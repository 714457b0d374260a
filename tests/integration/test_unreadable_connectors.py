"""A connector that a newer version wrote is shown, and hides no other connector."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from common.database import open_database
from tests.support.builders import as_body
from tests.support.system import System

UNKNOWN = {"of_a_newer_version": 1}


class StoredConnector:
    """The stored document of one connector, which a test changes as a newer version would."""

    def __init__(self, system: System, connector_id: str) -> None:
        self._database = open_database(system.mongodb_url, system.database)
        self.connector_id = connector_id

    async def change(self, **fields: Any) -> None:
        for collection in ("connectors", "connector_versions"):
            place = {"connector_id": self.connector_id}
            await self._database[collection].update_one(place, {"$set": fields})

    async def remove(self) -> None:
        for collection in ("connectors", "connector_versions"):
            await self._database[collection].delete_many({"connector_id": self.connector_id})
        self._database.client.close()


@pytest.fixture
async def stored(system: System, app: str) -> AsyncIterator[StoredConnector]:
    connector_id = await system.connector(source_app=f"{app}-newer", name=app, enabled=False)
    found = StoredConnector(system, connector_id)
    yield found
    await found.remove()


async def listed(system: System, connector_id: str) -> dict[str, Any]:
    status, found = await system.api("GET", "/connectors")
    assert status == 200, found
    return next(item for item in found["items"] if item["connector_id"] == connector_id)


async def test_fields_of_a_newer_version_are_ignored(
    system: System, stored: StoredConnector
) -> None:
    await stored.change(
        **{"authentication.new": UNKNOWN, "limits.new": UNKNOWN, "new": UNKNOWN, "mapping": UNKNOWN}
    )

    shown = await listed(system, stored.connector_id)

    assert "unreadable" not in shown
    assert "new" not in shown["authentication"]


async def test_a_connector_that_cannot_be_read_is_listed_with_the_names_of_its_fields(
    system: System, stored: StoredConnector, app: str
) -> None:
    other = await system.hook(app)
    await stored.change(**{"limits.calls_in_flight": 9_000, "authentication.type": "Of tomorrow"})

    shown = await listed(system, stored.connector_id)

    assert shown["unreadable"] == ["authentication.type", "limits.calls_in_flight"]
    assert "unreadable" not in await listed(system, other)
    assert "Of tomorrow" not in str(shown)


async def test_a_connector_that_cannot_be_read_is_never_changed(
    system: System, stored: StoredConnector, app: str
) -> None:
    await stored.change(**{"authentication.type": "Of tomorrow"})
    path = f"/connectors/{stored.connector_id}"
    as_before = {"name": app, "source_app": f"{app}-newer"}

    answers = [
        await system.api("GET", path),
        await system.api("GET", f"{path}/versions"),
        await system.api("PUT", path, json={**as_before, "version": 1}),
        await system.api("POST", f"{path}/enable"),
        await system.api("POST", "/connectors/import", data=as_body(as_before)),
    ]

    assert [status for status, _ in answers] == [200, 200, 409, 409, 200]
    assert "authentication.type" in answers[2][1]["detail"]
    assert answers[4][1]["rows"][0]["result"] == "wrong"
