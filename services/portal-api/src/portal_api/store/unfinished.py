"""The store of deliveries that are under way as far as is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Phase, StatusChanged
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

UNFINISHED_BATCH = 200


class UnfinishedDeliveries:
    """Queries of ``deliveries``. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._deliveries = database["deliveries"]

    async def batch(self, before: datetime) -> list[StatusChanged]:
        """Return the last status of up to 200 deliveries received before this time. An empty list
        means that none is left.
        """
        with translate_errors():
            found = (
                await self._deliveries.find(pending_before(before))
                .limit(UNFINISHED_BATCH)
                .to_list(UNFINISHED_BATCH)
            )
        return [
            StatusChanged.model_validate(
                {name: document[name] for name in _FIELDS & {*document}} | _renamed(document)
            )
            for document in found
        ]


def pending_before(before: datetime) -> dict[str, Any]:
    """Return the condition in the form that the index of waiting deliveries serves."""
    return {"phase": Phase.PENDING, "received_at": {"$lt": before}}


_FIELDS = {*StatusChanged.model_fields} - {"version"}


def _renamed(document: dict[str, Any]) -> dict[str, Any]:
    return {"delivery_id": document["_id"], "at": document["changed_at"]}
