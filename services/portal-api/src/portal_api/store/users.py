"""The store of accounts. A change of an account ends its sessions in the same transaction."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from portal_api.accounts.roles import Role
from portal_api.accounts.user import AccountKind, Identity, User
from portal_api.errors import ConflictError, NotFoundError, StoreUnavailableError
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorDatabase

    from portal_api.schemas.paging import Page

    TransactionCallback = Callable[
        [AsyncIOMotorClientSession], Coroutine[Any, Any, tuple[User, User]]
    ]

TRANSACTION_TIMEOUT_S = 10.0
ADMINS = {"role": str(Role.ADMIN), "enabled": True}


class Users:
    """The collection ``users``, and ``sessions`` when a change of an account ends them.

    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._client = database.client
        self._users = database["users"]
        self._sessions = database["sessions"]

    async def page(self, page: Page) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of accounts without passwords, and the cursor of the next page."""
        with translate_errors():
            found, following = await read_page(self._users, {}, page)
        return [
            {name: value for name, value in document.items() if name != "password"}
            for document in found
        ], following

    async def find(self, name: str) -> User | None:
        """Return the account, or None."""
        with translate_errors():
            found = await self._users.find_one({"_id": name})
        return as_user(found) if found else None

    async def get(self, name: str) -> User:
        """Return the account. Raises NotFoundError."""
        if (found := await self.find(name)) is None:
            raise NotFoundError(f"There is no user {name}")
        return found

    async def is_empty(self) -> bool:
        """Whether there is no account at all."""
        with translate_errors():
            return await self._users.find_one({}, {"_id": 1}) is None

    async def create(self, name: str, role: Role, password: str) -> User:
        """Insert a new account. ``password`` is its hash.

        Raises ConflictError when the name is taken.
        """
        now = now_in_milliseconds()
        user = {
            "name": name,
            "role": str(role),
            "enabled": True,
            "epoch": 1,
            "password": password,
            "created_at": now,
            "password_changed_at": now,
        }
        try:
            with translate_errors():
                await self._users.insert_one({"_id": name, **user})
        except DuplicateKeyError:
            raise ConflictError(f"The user name {name} is taken: choose another name") from None
        return as_user(user)

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
            after = await self._set(name, changes, session)
            if not by_provider:
                _require_own_role(before, after)
            if _is_admin(before) and not _is_admin(after) and not by_provider:
                await self._require_another_admin(session)
            await self._sessions.delete_many({"name": name}, session=session)
            return before, after

        return await self._in_transaction(callback)

    async def set_password(
        self, name: str, password: str, kept_session_id: str | None = None
    ) -> None:
        """Replace the hash and end all sessions but ``kept_session_id``.

        Raises NotFoundError, and ConflictError for an account of OpenID Connect.
        """

        async def callback(session: AsyncIOMotorClientSession) -> tuple[User, User]:
            before = await self._get(name, session)
            before.require_password()
            after = await self._set(
                name, {"password": password, "password_changed_at": now_in_milliseconds()}, session
            )
            await self._sessions.delete_many(
                {"name": name, "_id": {"$ne": kept_session_id}}, session=session
            )
            return before, after

        await self._in_transaction(callback)

    async def record_sign_in(self, user: User, now: datetime) -> bool:
        """Store the time of the sign-in. Return false when the account was changed since it was
        read.
        """
        with translate_errors():
            result = await self._users.update_one(
                {"_id": user.name, "epoch": user.epoch, "enabled": True},
                {"$set": {"signed_in_at": now}},
            )
        return result.matched_count == 1

    async def rehash(self, user: User, password: str) -> None:
        """Replace the hash by another hash of the same password."""
        with translate_errors():
            await self._users.update_one(
                {"_id": user.name, "password": user.password}, {"$set": {"password": password}}
            )

    async def save_preferences(self, name: str, preferences: str) -> None:
        """Store the account's preferences as JSON text."""
        with translate_errors():
            await self._users.update_one({"_id": name}, {"$set": {"preferences": preferences}})

    async def _get(self, name: str, session: AsyncIOMotorClientSession) -> User:
        found = await self._users.find_one({"_id": name}, session=session)
        if found is None:
            raise NotFoundError(f"There is no user {name}")
        return as_user(found)

    async def _set(
        self, name: str, changes: dict[str, Any], session: AsyncIOMotorClientSession
    ) -> User:
        update = {"$set": changes, "$inc": {"epoch": 1}}
        changed = await self._users.find_one_and_update(
            {"_id": name}, update, return_document=ReturnDocument.AFTER, session=session
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

    async def _in_transaction(self, callback: TransactionCallback) -> tuple[User, User]:
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


def as_user(found: dict[str, Any]) -> User:
    """Return the account of a document."""
    return User(
        name=found["name"],
        role=Role(found["role"]),
        enabled=found["enabled"],
        epoch=found["epoch"],
        password=found["password"],
        created_at=found["created_at"],
        password_changed_at=found["password_changed_at"],
        signed_in_at=found.get("signed_in_at"),
        preferences=found.get("preferences", "{}"),
        kind=AccountKind(found.get("kind", AccountKind.LOCAL)),
        identity=Identity(**identity) if (identity := found.get("identity")) else None,
    )
