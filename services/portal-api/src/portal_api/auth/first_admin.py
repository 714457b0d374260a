"""The first administrator: there is no default password, so somebody must say one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.accounts.roles import Role
from portal_api.errors import ConflictError

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.audit import Audit
    from portal_api.store.users import Users


class FirstAdmin:
    """Makes administrators where nobody is signed in yet, and says so in the audit."""

    def __init__(self, users: Users, audit: Audit, hasher: PasswordHasher) -> None:
        self._users = users
        self._audit = audit
        self._hasher = hasher

    async def create(self, name: str, password: str, who: str) -> None:
        """Make one; raises InvalidFieldError and ConflictError."""
        hashed = await self._hasher.hashed(password, name)
        entry = AuditEntry(action="create_admin", address="", who=who, via=who, target=name)
        await self._audit.begin(entry)
        try:
            user = await self._users.create(name, Role.ADMIN, hashed)
        except ConflictError:
            entry.outcome = 409
            raise
        else:
            entry.outcome, entry.after = 201, user.audit_view()
        finally:
            await self._audit.finish(entry)

    async def create_if_no_account_exists(self, name: str, password: str, who: str) -> bool:
        """Make one if there is no account at all; several replicas may ask at once.

        Returns whether this one did.
        """
        if not await self._users.is_empty():
            return False
        try:
            await self.create(name, password, who)
        except ConflictError:
            return False
        return True
