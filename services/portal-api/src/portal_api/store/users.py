"""The store of accounts. Changes that end sessions are in ``account_changes``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from portal_api.accounts.notice import Notice, NoticeKind
from portal_api.errors import ConflictError, NotFoundError
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.errors import translate_errors
from portal_api.store.pages import read_page
from portal_api.store.user_documents import added, as_listed, as_user

if TYPE_CHECKING:
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.roles import Role
    from portal_api.accounts.user import User
    from portal_api.schemas.paging import Page


class Users:
    """The collection ``users``. Raises StoreUnavailableError while MongoDB cannot be reached."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._users = database["users"]

    async def page(self, page: Page) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of accounts without passwords and secrets, and the cursor of the next
        page.
        """
        with translate_errors():
            found, following = await read_page(self._users, {}, page)
        return [as_listed(document) for document in found], following

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

    async def create(
        self, name: str, role: Role, password: str, *, must_change_password: bool = False
    ) -> User:
        """Insert a new account. ``password`` is its hash.

        Raises ConflictError when the name is taken.
        """
        now = now_in_milliseconds()
        user = {
            "name": name,
            "role": str(role),
            "enabled": True,
            "epoch": 0,
            "password": password,
            "created_at": now,
            "password_changed_at": now,
            "must_change_password": must_change_password,
        }
        try:
            with translate_errors():
                await self._users.insert_one({"_id": name, **user})
        except DuplicateKeyError:
            raise ConflictError(f"The user name {name} is taken: choose another name") from None
        return as_user(user)

    async def record_sign_in(self, user: User, now: datetime) -> bool:
        """Store the time of the sign-in, and a notice of the failed ones before it.

        Return false when the account was changed since it was read.
        """
        with translate_errors():
            before = await self._users.find_one_and_update(
                {"_id": user.name, "epoch": user.epoch, "enabled": True},
                {"$set": {"signed_in_at": now}, "$unset": {"failed_sign_ins": ""}},
                projection={"failed_sign_ins": 1},
            )
            if failed := (before or {}).get("failed_sign_ins"):
                notice = Notice(NoticeKind.FAILED_SIGN_INS, now, count=failed)
                await self._users.update_one({"_id": user.name}, added(notice))
        return before is not None

    async def count_failed_sign_in(self, name: str) -> None:
        """Count a wrong password or code for the notice at the next sign-in.

        A name without an account takes as long, and stores nothing.
        """
        with translate_errors():
            await self._users.update_one({"_id": name}, {"$inc": {"failed_sign_ins": 1}})

    async def dismiss_notices(self, name: str) -> None:
        """Remove the notices of the account."""
        with translate_errors():
            await self._users.update_one({"_id": name}, {"$unset": {"notices": ""}})

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
