"""Keys are replaced, and the secrets stay readable."""

from __future__ import annotations

import base64
import uuid

import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from common.contracts.connector import Limits, seal_context
from common.sealing import KeyRing, SealError
from portal_api.store.connectors import Connectors

OLD, NEW = (
    f"{name}:{base64.b64encode(bytes([number]) * 32).decode()}"
    for number, name in enumerate(("old", "new"))
)


async def test_after_rekey_the_old_key_can_go(mongodb_url: str) -> None:
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongodb_url, tz_aware=True)
    database = client[f"test-{uuid.uuid4().hex[:8]}"]
    created = await Connectors(database, KeyRing.parse(OLD)).create(
        {"name": "NAV", "source_app": "CRONUS", "limits": Limits().model_dump()},
        {"password": "made-up"},
        modified_by="ANNE",
    )

    changed = await Connectors(database, KeyRing.parse(f"{NEW},{OLD}")).rekey()

    sealed = (await Connectors(database, KeyRing.parse(NEW)).get(created.connector_id)).secrets[
        "password"
    ]
    assert changed == 2
    assert (
        KeyRing.parse(NEW).open(sealed, seal_context(created.connector_id, "password")) == "made-up"
    )
    with pytest.raises(SealError):
        KeyRing.parse(OLD).open(sealed, seal_context(created.connector_id, "password"))
    await client.drop_database(database.name)
    client.close()
