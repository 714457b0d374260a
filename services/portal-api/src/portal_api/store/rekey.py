"""Seals the secrets of all connectors with the newest key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from common.connector_secrets import has_destination, reseal_secret
from portal_api.store.stored_connector import as_stored, with_sealed_queries

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.sealing import KeyRing
    from portal_api.store.stored_connector import StoredConnector


class RekeyResult(NamedTuple):
    """The number of changed documents, and of documents with a secret that has no destination."""

    changed: int = 0
    without_destination: int = 0


async def rekey(database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing) -> RekeyResult:
    """Seal all secrets, also those of old versions, with the newest key. Raises SealError."""
    changed = without_destination = 0
    for name in ("connectors", "connector_versions"):
        async for document in database[name].find():
            connector = with_sealed_queries(as_stored(document), keys)
            sealed = {name: reseal_secret(keys, connector, name) for name in connector.secrets}
            if not sealed:
                continue
            await database[name].update_one(
                {"_id": document["_id"], "secrets": document.get("secrets")},
                {"$set": {"secrets": sealed} | _addresses(connector)},
            )
            changed += 1
            without_destination += not all(map(has_destination, sealed.values()))
    return RekeyResult(changed, without_destination)


def _addresses(connector: StoredConnector) -> dict[str, str | None]:
    """Return the addresses, whose queries are among the secrets by now."""
    if connector.unreadable:
        return {}
    return {
        "uri": connector.uri,
        "authentication.token_url": connector.authentication.token_url,
    }
