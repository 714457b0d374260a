"""Creates administrators before anyone can sign in, because there is no default password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.accounts.roles import Role
from portal_api.errors import ConflictError

if TYPE_CHECKING:
    from pydantic import SecretStr

    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.audit import Audit
    from portal_api.store.users import Users

log = structlog.get_logger()
SETTING = "PORTAL_API_FIRST_ADMIN"


class FirstAdminService:
    """Creates administrators without a caller, and records them in the audit."""

    def __init__(self, users: Users, audit: Audit, hasher: PasswordHasher) -> None:
        self._users = users
        self._audit = audit
        self._hasher = hasher

    async def ensure(self, name: str | None, password: SecretStr | None) -> None:
        """Create the administrator of the settings, if they name one and there is no account."""
        if not name or not password:
            return
        if await self.create_if_no_account_exists(name, password.get_secret_value(), SETTING):
            log.info("the first administrator is created", name=name)

    async def create_if_no_account_exists(self, name: str, password: str, actor: str) -> bool:
        """Create an administrator if there is no account, and return whether it was created.

        The administrator must change the password at the first sign-in, because it stands in a
        setting. Several replicas may do this at the same time. Only one of them succeeds.
        """
        if not await self._users.is_empty():
            return False
        try:
            await self.create(name, password, actor, must_change_password=True)
        except ConflictError:
            return False
        return True

    async def create(
        self, name: str, password: str, actor: str, *, must_change_password: bool = False
    ) -> None:
        """Create an administrator.

        ``actor`` is the setting or the command that the audit shows.
        Raises InvalidFieldError and ConflictError.
        """
        password_hash = await self._hasher.hash_new(password, name)
        entry = AuditEntry(action="create_admin", address="", who=actor, via=actor, target=name)
        await self._audit.begin(entry)
        try:
            user = await self._users.create(
                name, Role.ADMIN, password_hash, must_change_password=must_change_password
            )
        except ConflictError:
            entry.outcome = 409
            raise
        else:
            entry.outcome, entry.after = 201, user.audit_view()
        finally:
            await self._audit.finish(entry)
