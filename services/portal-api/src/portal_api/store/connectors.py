"""The store of connectors and of all their versions. Secrets are stored sealed and are never
returned in plain text.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.connector_secrets import seal_secret
from common.contracts.connector import Authentication, Connector
from portal_api.connectors.kept_secrets import secrets_to_enter_again
from portal_api.connectors.system_fields import is_newest_only_by_default
from portal_api.errors import ConflictError, NotFoundError, SecretsToEnterError
from portal_api.schemas.paging import Page
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page
from portal_api.store.stored_connector import as_document, as_stored, with_sealed_queries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.sealing import KeyRing
    from portal_api.store.stored_connector import StoredConnector

MAX_CONNECTORS = 1_000
MAX_VERSIONS = 200


class Connectors:
    """The collections ``connectors`` and ``connector_versions``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], keys: KeyRing) -> None:
        self._connectors = database["connectors"]
        self._versions = database["connector_versions"]
        self._keys = keys

    async def all(self) -> list[StoredConnector]:
        """Return all connectors by name, at most 1,000."""
        with translate_errors():
            return [
                self._read(found)
                async for found in self._connectors.find()
                .sort([("name", 1), ("_id", 1)])
                .limit(MAX_CONNECTORS)
            ]

    async def get(self, connector_id: str) -> StoredConnector:
        """Return the connector. Raises NotFoundError."""
        with translate_errors():
            found = await self._connectors.find_one({"_id": connector_id})
        if found is None:
            raise NotFoundError(f"There is no connector {connector_id}")
        return self._read(found)

    async def get_many(self, connector_ids: Iterable[str]) -> dict[str, StoredConnector]:
        """Return the existing connectors of these ids, by id."""
        with translate_errors():
            found = self._connectors.find({"_id": {"$in": sorted(set(connector_ids))}})
            return {document["_id"]: self._read(document) async for document in found}

    async def versions(
        self, wanted: Iterable[tuple[str, int | None]]
    ) -> dict[tuple[str, int | None], StoredConnector]:
        """Return connectors at these versions, without the versions that are not stored."""
        with translate_errors():
            found = self._versions.find(
                {
                    "_id": {
                        "$in": [
                            f"{connector_id}.{version}" for connector_id, version in set(wanted)
                        ]
                    }
                }
            )
            connectors = [self._read(document) async for document in found]
        return {(connector.connector_id, connector.version): connector for connector in connectors}

    async def history(
        self, connector_id: str, limit: int, after: str | None
    ) -> tuple[list[StoredConnector], str | None]:
        """Return one page of a connector's versions, the newest first, and the cursor of the next
        page.
        """
        page = Page("version", is_descending=True, limit=limit, after=after)
        with translate_errors():
            found, following = await read_page(self._versions, {"connector_id": connector_id}, page)
        return [self._read(document) for document in found], following

    async def versions_since(
        self, since_by_connector: Mapping[str, datetime]
    ) -> list[StoredConnector]:
        """Return the versions of each connector since its time, and the version in effect at that
        time.

        At most 200 versions of each connector are returned.
        """
        versions: list[StoredConnector] = []
        for connector_id, since in since_by_connector.items():
            versions += await self._versions_since(connector_id, since)
        return versions

    async def _versions_since(self, connector_id: str, since: datetime) -> list[StoredConnector]:
        versions: list[StoredConnector] = []
        with translate_errors():
            async for document in (
                self._versions.find({"connector_id": connector_id})
                .sort([("version", -1), ("_id", -1)])
                .limit(MAX_VERSIONS)
            ):
                versions.append(self._read(document))
                if versions[-1].modified_at < since:
                    break
        return versions

    async def create(
        self, fields: dict[str, Any], entered_secrets: dict[str, str], *, modified_by: str
    ) -> Connector:
        """Insert a new connector. Return the connector.

        ``fields`` has all fields that are stored without sealing. An omitted ``newest_only`` has
        the default of the system. ``entered_secrets`` has plain texts by name.
        """
        default = {"newest_only": is_newest_only_by_default(fields["system"])}
        fields = default | fields | {"modified_by": modified_by}
        connector = self._build(uuid.uuid4().hex[:12], 1, fields, entered_secrets, before=None)
        with translate_errors():
            await self._connectors.insert_one(as_document(connector))
            await self._save_version(connector)
        return connector

    async def change(
        self,
        before: StoredConnector,
        fields: dict[str, Any],
        entered_secrets: dict[str, str],
        *,
        modified_by: str,
    ) -> Connector:
        """Store the next version and return it. An omitted secret stays, and an empty one is
        removed.

        ``fields`` has all fields that are stored without sealing, also the unchanged ones. Only
        omitted ``header_names`` and ``newest_only`` stay as in ``before``. ``entered_secrets`` has
        plain texts by name.

        Raises ConflictError when the connector was changed since ``before``, or has unreadable
        fields, and SecretsToEnterError when an omitted secret would go to another destination.

        The new version is saved after the connector itself, so only the first of two concurrent
        changes saves a version. The version before is saved again, because its writer may have been
        killed before saving it.
        """
        if before.unreadable:
            raise ConflictError(
                f"This version cannot read the connector's fields {', '.join(before.unreadable)}: "
                "change the connector with the version that wrote them"
            )
        if refused := self.secrets_to_enter_again(before, fields, entered_secrets):
            raise SecretsToEnterError(refused)
        after = self._next(before, fields, entered_secrets, modified_by)
        with translate_errors():
            await self._save_version(before)
            replaced = await self._connectors.replace_one(
                {"_id": before.connector_id, "version": before.version}, as_document(after)
            )
            if replaced.matched_count == 0:
                raise ConflictError("The connector was changed since you read it: read it again")
            await self._save_version(after)
        return after

    def secrets_to_enter_again(
        self, before: StoredConnector, fields: dict[str, Any], entered: Collection[str]
    ) -> dict[str, str]:
        """Return the sentence of each omitted secret that a change to these fields would send to
        another destination, by secret.
        """
        after = before.model_copy(update=_typed(fields))
        return secrets_to_enter_again(before, after, entered)

    def _read(self, document: dict[str, Any]) -> StoredConnector:
        return with_sealed_queries(as_stored(document), self._keys)

    def _next(
        self,
        before: StoredConnector,
        fields: dict[str, Any],
        entered_secrets: dict[str, str],
        modified_by: str,
    ) -> Connector:
        kept = {name: getattr(before, name) for name in ("header_names", "newest_only")}
        fields = kept | fields | {"modified_by": modified_by}
        return self._build(
            before.connector_id, before.version + 1, fields, entered_secrets, before=before
        )

    def _build(
        self,
        connector_id: str,
        version: int,
        fields: dict[str, Any],
        entered_secrets: dict[str, str],
        *,
        before: Connector | None,
    ) -> Connector:
        """Return this version of the connector, with the secrets sealed. ``before`` is the version
        before, or None for the first version.
        """
        earlier = before.secrets_entered if before else {}
        connector = Connector(
            connector_id=connector_id,
            version=version,
            modified_at=datetime.now(UTC),
            **fields,
            secrets_entered=earlier | dict.fromkeys(entered_secrets, version),
            most_partitions=max(
                fields["limits"]["partitions"], before.most_partitions if before else 1
            ),
        )
        unchanged = {
            name: sealed
            for name, sealed in (before.secrets if before else {}).items()
            if name not in entered_secrets
        }
        sealed = {
            name: seal_secret(self._keys, connector, name, secret)
            for name, secret in entered_secrets.items()
            if secret
        }
        return connector.model_copy(update={"secrets": unchanged | sealed})

    async def _save_version(self, connector: Connector) -> None:
        version_id = f"{connector.connector_id}.{connector.version}"
        await self._versions.replace_one(
            {"_id": version_id}, as_document(connector) | {"_id": version_id}, upsert=True
        )


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that decide about destinations, as the model has them."""
    return {
        name: Authentication.model_validate(value) if name == "authentication" else value
        for name, value in fields.items()
    }
