"""The store of sessions, read by the hash of their token. MongoDB deletes expired sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal_api.accounts.roles import Role
from portal_api.accounts.session import Session
from portal_api.store.errors import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.session import SessionLifetimes


class Sessions:
    """The collection ``sessions``. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], lifetimes: SessionLifetimes
    ) -> None:
        self._sessions = database["sessions"]
        self._lifetimes = lifetimes

    async def open(self, session: Session) -> None:
        """Insert a new session."""
        times = {
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "verified_at": session.verified_at,
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
        """Return the session if it has not expired. This is one read by id."""
        with translate_errors():
            found = await self._sessions.find_one({"_id": session_id, "ends_at": {"$gt": now}})
        return (
            Session(
                found["_id"],
                found["name"],
                Role(found["role"]),
                found["created_at"],
                found["seen_at"],
                found.get("verified_at", found["created_at"]),
            )
            if found
            else None
        )

    async def extend(self, session: Session, now: datetime) -> None:
        """Extend the session, at most once per interval."""
        if not self._lifetimes.is_use_due(session, now):
            return
        extended = replace(session, seen_at=now)
        with translate_errors():
            await self._sessions.update_one(
                {"_id": session.session_id},
                {"$set": {"seen_at": now, "ends_at": self._lifetimes.end_of(extended)}},
            )

    async def verify(self, session_id: str, now: datetime) -> None:
        """Store that the person of the session proved the identity again."""
        with translate_errors():
            await self._sessions.update_one({"_id": session_id}, {"$set": {"verified_at": now}})

    async def close(self, session_id: str) -> None:
        """Delete the session. This ends it at once on every replica."""
        with translate_errors():
            await self._sessions.delete_one({"_id": session_id})
