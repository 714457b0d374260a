"""The store of API keys, read by key id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.api_key import MAX_API_KEYS, ApiKey
from portal_api.accounts.roles import Role
from portal_api.errors import ConflictError, NotFoundError
from portal_api.schemas.paging import Page
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase


class ApiKeys:
    """The collection ``api_keys``. An ``owner`` of None selects the keys of all owners.

    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._keys = database["api_keys"]

    async def page(
        self, owner: str | None, limit: int, after: str | None
    ) -> tuple[list[ApiKey], str | None]:
        """Return one page of API keys, the newest first, and the cursor of the next page."""
        page = Page("created_at", is_descending=True, limit=limit, after=after)
        with translate_errors():
            found, following = await read_page(self._keys, _owned_by(owner), page)
        return [_key(document) for document in found], following

    async def find(self, api_key_id: str) -> ApiKey | None:
        """Return the API key, or None. This is one read by id."""
        with translate_errors():
            found = await self._keys.find_one({"_id": api_key_id})
        return _key(found) if found else None

    async def create(self, key: ApiKey) -> None:
        """Insert a new API key. Raises ConflictError above the limit of an owner.

        The key is counted after its insertion, so that requests at once cannot exceed the limit.
        """
        document = {
            "name": key.name,
            "role": str(key.role),
            "owner": key.owner,
            "hash": key.hash,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        with translate_errors():
            await self._keys.insert_one({"_id": key.api_key_id, **document})
            if await self._keys.count_documents({"owner": key.owner}) > MAX_API_KEYS:
                await self._keys.delete_one({"_id": key.api_key_id})
                raise ConflictError(
                    f"You have {MAX_API_KEYS} API keys already: revoke one that you no longer need"
                )

    async def revoke(self, api_key_id: str, owner: str | None) -> ApiKey:
        """Delete the API key and return it. Raises NotFoundError when this owner has no
        such key.
        """
        with translate_errors():
            found = await self._keys.find_one_and_delete({"_id": api_key_id} | _owned_by(owner))
        if found is None:
            raise NotFoundError(f"There is no API key {api_key_id}")
        return _key(found)

    async def record_use(self, key: ApiKey, now: datetime) -> None:
        """Store the time of use, at most once a minute."""
        if key.is_use_due(now):
            with translate_errors():
                await self._keys.update_one({"_id": key.api_key_id}, {"$max": {"used_at": now}})


def _owned_by(owner: str | None) -> dict[str, Any]:
    return {} if owner is None else {"owner": owner}


def _key(found: dict[str, Any]) -> ApiKey:
    return ApiKey(
        api_key_id=found["_id"],
        name=found["name"],
        role=Role(found["role"]),
        owner=found["owner"],
        hash=found["hash"],
        created_at=found["created_at"],
        expires_at=found["expires_at"],
        used_at=found.get("used_at"),
    )
