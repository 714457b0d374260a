"""Keys are replaced, and each secret stays readable for its destination."""

from __future__ import annotations

import base64

import pytest

from common.connector_secrets import open_secret
from common.contracts.connector import Limits
from common.sealing import KeyRing, SealError
from portal_api.store.connectors import Connectors
from portal_api.store.rekey import rekey
from tests.support.database import Database

OLD, NEW = (
    f"{name}:{base64.b64encode(bytes([number]) * 32).decode()}"
    for number, name in enumerate(("old", "new"))
)
BOTH = KeyRing.parse(f"{NEW},{OLD}")
FIELDS = {
    "name": "NAV",
    "source_app": "CRONUS",
    "system": "NAV",
    "uri": "https://nav.example/WS",
    "authentication": {"type": "NTLM", "login": "DIME"},
    "limits": Limits().model_dump(),
}


async def created(database: Database) -> str:
    """Store a connector that is sealed with the old key, and return its id."""
    store = Connectors(database, KeyRing.parse(OLD))
    connector = await store.create(FIELDS, {"password": "made-up"}, modified_by="ANNE")
    return connector.connector_id


async def opened(database: Database, keys: str, connector_id: str, name: str) -> str:
    ring = KeyRing.parse(keys)
    return open_secret(ring, await Connectors(database, ring).get(connector_id), name)


async def test_after_rekey_the_old_key_can_go(database: Database) -> None:
    connector_id = await created(database)

    result = await rekey(database, BOTH)

    assert result == (2, 0)
    assert await opened(database, NEW, connector_id, "password") == "made-up"
    with pytest.raises(SealError):
        await opened(database, OLD, connector_id, "password")


async def test_rekey_does_not_bind_a_secret_to_an_address_that_was_changed_since(
    database: Database,
) -> None:
    connector_id = await created(database)
    change = {"$set": {"uri": "https://evil.example/"}}
    await database["connectors"].update_one({"_id": connector_id}, change)

    await rekey(database, BOTH)

    with pytest.raises(SealError):
        await opened(database, NEW, connector_id, "password")


async def test_rekey_seals_what_an_earlier_build_stored(database: Database) -> None:
    connector_id = await created(database)
    earlier = {
        "secrets.password": KeyRing.parse(OLD).seal("made-up", f"{connector_id}.password"),
        "uri": "https://user:pw@nav.example/WS?sig=made-up",
    }
    for name in ("connectors", "connector_versions"):
        await database[name].update_one({"connector_id": connector_id}, {"$set": earlier})
    with pytest.raises(SealError):
        await opened(database, OLD, connector_id, "password")
    assert await rekey(database, KeyRing.parse(OLD)) == (2, 2)

    result = await rekey(database, BOTH)

    assert result == (2, 0)
    assert await opened(database, NEW, connector_id, "password") == "made-up"
    assert await opened(database, NEW, connector_id, "uri_query") == "sig=made-up"
    for name in ("connectors", "connector_versions"):
        found = await database[name].find_one({"connector_id": connector_id})
        assert found is not None
        assert found["uri"] == "https://nav.example/WS"
