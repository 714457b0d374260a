"""Connectors and all their versions; secrets go in sealed and never come out."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.connector import Connector
from portal_api.errors import ConflictError, NotFoundError
from portal_api.store.reader import reaching

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.sealing import KeyRing

MOST = 1_000


class Connectors:
    """The administrator's connectors."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing) -> None:
        self._connectors, self._versions, self._keys = database["connectors"], database["connector_versions"], keys

    async def all(self) -> list[Connector]:
        """Return every connector by name, at most a thousand."""
        with reaching():
            return [Connector.model_validate(found) async for found in self._connectors.find().sort([("name", 1), ("_id", 1)]).limit(MOST)]

    async def one(self, connector_id: str) -> Connector:
        """Return one; raises NotFoundError."""
        with reaching():
            found = await self._connectors.find_one({"_id": connector_id})
        if found is None:
            raise NotFoundError(f"There is no connector {connector_id}")
        return Connector.model_validate(found)

    async def create(self, fields: dict[str, Any], secret: str | None) -> Connector:
        """Keep a new one and return it."""
        connector = self._build(uuid.uuid4().hex[:12], 1, fields, secret)
        with reaching():
            await self._keep_version(connector)
            await self._connectors.insert_one(_document(connector))
        return connector

    async def change(self, before: Connector, fields: dict[str, Any], secret: str | None) -> Connector:
        """Keep the next version and return it; without a secret the old one stays. Raises ConflictError when it was changed since."""
        kept = {"signing_secret": before.signing_secret} if secret is None else {}
        after = self._build(before.connector_id, before.version + 1, fields, secret, **kept)
        with reaching():
            await self._keep_version(after)
            replaced = await self._connectors.replace_one({"_id": before.connector_id, "version": before.version}, _document(after))
        if replaced.matched_count == 0:
            raise ConflictError("Somebody changed the connector since you read it: read it again")
        return after

    def _build(self, connector_id: str, version: int, fields: dict[str, Any], secret: str | None, **kept: Any) -> Connector:
        sealed = {"signing_secret": self._keys.seal(secret, connector_id)} if secret else kept
        return Connector(connector_id=connector_id, version=version, modified_at=datetime.now(UTC), **fields, **sealed)

    async def _keep_version(self, connector: Connector) -> None:
        version_id = f"{connector.connector_id}.{connector.version}"
        await self._versions.replace_one({"_id": version_id}, _document(connector) | {"_id": version_id}, upsert=True)


def _document(connector: Connector) -> dict[str, Any]:
    return connector.model_dump() | {"_id": connector.connector_id, "actions": [str(action) for action in connector.actions]}
