"""The store of sign-ins between the password and the code. MongoDB deletes expired ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

PENDING_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """A sign-in whose password was right. ``pending_id`` is the hash of the browser's token.

    ``epoch`` is that of the account. A change of the account ends the sign-in.
    """

    pending_id: str
    name: str
    epoch: int
    ends_at: datetime


class PendingSignIns:
    """The collection ``pending_sign_ins``. Raises StoreUnavailableError without MongoDB."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._pending = database["pending_sign_ins"]

    async def open(self, pending: PendingSignIn) -> None:
        """Insert a pending sign-in."""
        with translate_errors():
            await self._pending.insert_one(
                {
                    "_id": pending.pending_id,
                    "name": pending.name,
                    "epoch": pending.epoch,
                    "ends_at": pending.ends_at,
                }
            )

    async def find(self, pending_id: str, now: datetime) -> PendingSignIn | None:
        """Return the pending sign-in if it has not expired."""
        with translate_errors():
            found = await self._pending.find_one({"_id": pending_id, "ends_at": {"$gt": now}})
        return (
            PendingSignIn(found["_id"], found["name"], found["epoch"], found["ends_at"])
            if found
            else None
        )

    async def close(self, pending_id: str) -> bool:
        """Delete the pending sign-in. Return false when it had ended already."""
        with translate_errors():
            result = await self._pending.delete_one({"_id": pending_id})
        return result.deleted_count == 1
