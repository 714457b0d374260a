"""Changes of accounts that end sessions or revoke API keys, each in one transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from pymongo import ReturnDocument

from portal_api.accounts.notice import Notice, NoticeKind
from portal_api.accounts.roles import Role
from portal_api.accounts.user import AccountKind
from portal_api.errors import ConflictError, NotFoundError, StoreUnavailableError
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.errors import translate_errors
from portal_api.store.user_documents import added, as_user

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorDatabase

    from portal_api.accounts.user import User

TRANSACTION_TIMEOUT_S = 10.0
T = TypeVar("T")
ADMINS = {"role": str(Role.ADMIN), "enabled": True}


class AccountChanges:
    """The collections ``users``, ``sessions`` and ``api_keys``, changed together.

    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._client = database.client
        self._users = database["users"]
        self._sessions = database["sessions"]
        self._api_keys = database["api_keys"]

    async def change(
        self, name: str, changes: dict[str, Any], *, by_provider: bool = False
    ) -> tuple[User, User]:
        """Set role or ``enabled``, end the sessions if a value changed, and return the account
        before and after.

        Only the provider decides the role of its accounts, even of the last enabled admin.
        Raises NotFoundError, and ConflictError when no enabled admin would be left.
        """

        async def callback(session: AsyncIOMotorClientSession) -> tuple[User, User]:
            before = await self._get(name, session)
            if all(getattr(before, field) == value for field, value in changes.items()):
                return before, before
            after = await self._update(name, {"$set": changes}, session)
            if not by_provider:
                _require_own_role(before, after)
            if _is_admin(before) and not _is_admin(after) and not by_provider:
                await self._require_another_admin(session)
            await self._sessions.delete_many({"name": name}, session=session)
            return before, after

        return await self._in_transaction(callback)

    async def set_password(
        self, name: str, password: str, *, kept_session_id: str, revokes_keys: bool
    ) -> int:
        """Replace the hash by one that the owner chose, and end all sessions but one.

        Return the number of revoked API keys. Raises NotFoundError.
        """
        return await self._set_password(
            name,
            {"$set": _chosen(password, must_change=False)},
            kept_session_id,
            revokes_keys=revokes_keys,
        )

    async def reset_password(self, name: str, password: str, by: str) -> int:
        """Replace the hash by one that another person chose. The owner must change it.

        All sessions end, and all API keys are revoked. Return the number of API keys. Raises
        NotFoundError.
        """
        notice = Notice(NoticeKind.PASSWORD_RESET, now_in_milliseconds(), by)
        update = {"$set": _chosen(password, must_change=True)} | added(notice)
        return await self._set_password(name, update, None, revokes_keys=True)

    async def _set_password(
        self, name: str, update: dict[str, Any], kept_session_id: str | None, *, revokes_keys: bool
    ) -> int:
        async def callback(session: AsyncIOMotorClientSession) -> int:
            (await self._get(name, session)).require_password()
            await self._update(name, update, session)
            await self._sessions.delete_many(
                {"name": name, "_id": {"$ne": kept_session_id}}, session=session
            )
            if not revokes_keys:
                return 0
            revoked = await self._api_keys.delete_many({"owner": name}, session=session)
            return revoked.deleted_count

        return await self._in_transaction(callback)

    async def reset_second_factor(self, name: str, by: str) -> User:
        """Remove the second factor, end all sessions, and return the account before.

        Raises NotFoundError.
        """
        removed = {"$unset": {"second_factor": "", "second_factor_offer": ""}}
        notice = Notice(NoticeKind.SECOND_FACTOR_RESET, now_in_milliseconds(), by)

        async def callback(session: AsyncIOMotorClientSession) -> User:
            before = await self._get(name, session)
            await self._update(name, removed | added(notice), session)
            await self._sessions.delete_many({"name": name}, session=session)
            return before

        return await self._in_transaction(callback)

    async def _get(self, name: str, session: AsyncIOMotorClientSession) -> User:
        found = await self._users.find_one({"_id": name}, session=session)
        if found is None:
            raise NotFoundError(f"There is no user {name}")
        return as_user(found)

    async def _update(
        self, name: str, update: dict[str, Any], session: AsyncIOMotorClientSession
    ) -> User:
        changed = await self._users.find_one_and_update(
            {"_id": name},
            update | {"$inc": {"epoch": 1}},
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        assert changed is not None  # noqa: S101 - read in the same transaction
        return as_user(changed)

    async def _require_another_admin(self, session: AsyncIOMotorClientSession) -> None:
        """Write to every other admin. Two admins who demote each other concurrently conflict here,
        and the second transaction sees the first change.
        """
        left = await self._users.update_many(ADMINS, {"$inc": {"looked_at": 1}}, session=session)
        if left.matched_count == 0:
            raise ConflictError(
                "This is the last enabled admin: make another account an admin first"
            )

    async def _in_transaction(
        self, callback: Callable[[AsyncIOMotorClientSession], Coroutine[Any, Any, T]]
    ) -> T:
        """Run the callback in a transaction. The driver retries it after a write conflict."""
        try:
            with translate_errors():
                async with (
                    asyncio.timeout(TRANSACTION_TIMEOUT_S),
                    await self._client.start_session() as session,
                ):
                    return await session.with_transaction(callback)
        except TimeoutError as error:
            raise StoreUnavailableError(
                "MongoDB is unavailable: try again in a few seconds"
            ) from error


def _require_own_role(before: User, after: User) -> None:
    if before.kind is not AccountKind.LOCAL and before.role is not after.role:
        raise ConflictError(
            f"The provider decides the role of {before.name} at each sign-in: change it there"
        )


def _is_admin(user: User) -> bool:
    return user.enabled and user.role is Role.ADMIN


def _chosen(password: str, *, must_change: bool) -> dict[str, Any]:
    return {
        "password": password,
        "password_changed_at": now_in_milliseconds(),
        "must_change_password": must_change,
    }
