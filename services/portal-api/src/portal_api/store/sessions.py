"""The store of sessions, read by the hash of their token. MongoDB deletes expired sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portal_api.accounts.roles import Role
from portal_api.accounts.session import MAX_SESSIONS, Restriction, Session
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
        """Insert a new session, and end the oldest ones above the limit of an account."""
        document = {
            "_id": session.session_id,
            "name": session.name,
            "role": str(session.role),
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "verified_at": session.verified_at,
            "ends_at": self._lifetimes.end_of(session),
            "address": session.address,
            "browser": session.browser,
            "restriction": session.restriction and str(session.restriction),
        }
        with translate_errors():
            await self._sessions.insert_one(document)
            oldest = (
                self._sessions.find({"name": session.name}, {"_id": 1})
                .sort([("created_at", -1), ("_id", -1)])
                .skip(MAX_SESSIONS)
            )
            if surplus := [found["_id"] async for found in oldest]:
                await self._sessions.delete_many({"_id": {"$in": surplus}})

    async def find(self, session_id: str, now: datetime) -> Session | None:
        """Return the session if it has not expired. This is one read by id."""
        with translate_errors():
            found = await self._sessions.find_one({"_id": session_id, "ends_at": {"$gt": now}})
        return _session(found) if found else None

    def verified_until(self, session: Session) -> datetime:
        """Return the time until which the session may do sensitive acts."""
        return self._lifetimes.verified_until(session)

    async def of_account(self, name: str, now: datetime) -> list[Session]:
        """Return the sessions of an account, the newest first."""
        with translate_errors():
            found = self._sessions.find({"name": name, "ends_at": {"$gt": now}}).sort(
                [("created_at", -1), ("_id", -1)]
            )
            return [_session(document) async for document in found]

    async def extend(self, session: Session, address: str, now: datetime) -> None:
        """Extend the session, at most once per interval, and store the address of this use."""
        if not self._lifetimes.is_use_due(session, now):
            return
        ends_at = self._lifetimes.end_of(replace(session, seen_at=now))
        await self._set(session.session_id, seen_at=now, ends_at=ends_at, address=address)

    async def verify(self, session_id: str, now: datetime) -> None:
        """Store that the user proved the identity again."""
        await self._set(session_id, verified_at=now)

    async def restrict(self, session_id: str, restriction: Restriction | None) -> None:
        """Set or lift the restriction of the session."""
        await self._set(session_id, restriction=restriction and str(restriction))

    async def close(self, session_id: str) -> None:
        """Delete the session. This ends it at once on every replica."""
        with translate_errors():
            await self._sessions.delete_one({"_id": session_id})

    async def close_all(self, name: str, kept_session_id: str | None = None) -> int:
        """Delete the sessions of an account but one, and return their number."""
        with translate_errors():
            result = await self._sessions.delete_many(
                {"name": name, "_id": {"$ne": kept_session_id}}
            )
        return result.deleted_count

    async def _set(self, session_id: str, **values: Any) -> None:
        with translate_errors():
            await self._sessions.update_one({"_id": session_id}, {"$set": values})


def _session(found: dict[str, Any]) -> Session:
    restriction = found.get("restriction")
    return Session(
        session_id=found["_id"],
        name=found["name"],
        role=Role(found["role"]),
        created_at=found["created_at"],
        seen_at=found["seen_at"],
        verified_at=found.get("verified_at", found["created_at"]),
        address=found.get("address", ""),
        browser=found.get("browser", ""),
        restriction=Restriction(restriction) if restriction else None,
    )
