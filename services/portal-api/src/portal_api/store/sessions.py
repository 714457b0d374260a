"""Sessions, by the hash of their token; MongoDB removes those that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.roles import Role
from portal_api.accounts.session import Session
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.session import SessionLifetimes


class Sessions:
    """``sessions``; raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], lifetimes: SessionLifetimes
    ) -> None:
        self._sessions = database["sessions"]
        self._lifetimes = lifetimes

    async def open(self, session: Session) -> None:
        """Keep a new one."""
        times = {
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "ends_at": self._lifetimes.end_of(session),
        }
        with translate_errors():
            await self._sessions.insert_one(
                {
                    "_id": session.session_id,
                    "name": session.name,
                    "role": str(session.role),
                    **times,
                }
            )

    async def find(self, session_id: str, now: datetime) -> Session | None:
        """Return one that has not ended: one read by its id."""
        with translate_errors():
            found = await self._sessions.find_one({"_id": session_id, "ends_at": {"$gt": now}})
        return (
            Session(
                found["_id"],
                found["name"],
                Role(found["role"]),
                found["created_at"],
                found["seen_at"],
            )
            if found
            else None
        )

    async def seen(self, session: Session, now: datetime) -> None:
        """Put its end off, now and then."""
        if not self._lifetimes.is_use_due(session, now):
            return
        used = Session(session.session_id, session.name, session.role, session.created_at, now)
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session.session_id},
                {"$set": {"seen_at": now, "ends_at": self._lifetimes.end_of(used)}},
            )

    async def close(self, session_id: str) -> None:
        """End it at once, on every replica."""
        with translate_errors():
            await self._sessions.delete_one({"_id": session_id})
