"""The accounts of OpenID Connect, which their first sign-in creates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo.errors import DuplicateKeyError

from portal_api.accounts.user import AccountKind
from portal_api.errors import ConflictError
from portal_api.schemas.types import now_in_milliseconds
from portal_api.store.errors import translate_errors
from portal_api.store.user_documents import as_user

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorDatabase

    from portal_api.accounts.roles import Role
    from portal_api.accounts.user import Identity, User
    from portal_api.store.account_changes import AccountChanges


class OidcUsers:
    """The accounts of the collection ``users`` that have an identity.

    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(
        self, database: AsyncIOMotorDatabase[dict[str, Any]], changes: AccountChanges
    ) -> None:
        self._documents = database["users"]
        self._changes = changes

    async def ensure(self, identity: Identity, name: str, role: Role) -> User:
        """Return the account of the identity with this role, and create it if there is none.

        The account keeps its first name. A changed role ends its sessions.
        Raises ConflictError if another account has the name.
        """
        user = await self.find(identity) or await self._create(identity, name, role)
        if user.role is role:
            return user
        _, changed = await self._changes.change(user.name, {"role": str(role)}, by_provider=True)
        return changed

    async def find(self, identity: Identity) -> User | None:
        """Return the account of the identity, or None."""
        with translate_errors():
            found = await self._documents.find_one(
                {
                    "kind": str(AccountKind.OPENID_CONNECT),
                    "identity.issuer": identity.issuer,
                    "identity.subject": identity.subject,
                }
            )
        return as_user(found) if found else None

    async def _create(self, identity: Identity, name: str, role: Role) -> User:
        """Insert the account. Of two first sign-ins at the same time, one inserts it."""
        user = {
            "name": name,
            "role": str(role),
            "enabled": True,
            "epoch": 1,
            "password": "",
            "created_at": now_in_milliseconds(),
            "password_changed_at": None,
            "kind": str(AccountKind.OPENID_CONNECT),
            "identity": {"issuer": identity.issuer, "subject": identity.subject},
        }
        try:
            with translate_errors():
                await self._documents.insert_one({"_id": name, **user})
        except DuplicateKeyError:
            if (found := await self.find(identity)) is not None:
                return found
            raise ConflictError(f"Another account has the name {name}") from None
        return as_user(user)
