"""Resets a second factor from the machine, when no administrator can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.errors import NotFoundError

if TYPE_CHECKING:
    from portal_api.store.account_changes import AccountChanges
    from portal_api.store.audit import Audit

COMMAND = "reset-second-factor"


class BreakGlassService:
    """Changes accounts without a caller, and records the change in the audit."""

    def __init__(self, changes: AccountChanges, audit: Audit) -> None:
        self._changes = changes
        self._audit = audit

    async def reset_second_factor(self, name: str) -> None:
        """Remove the second factor of an account, and end its sessions. Raises NotFoundError."""
        entry = AuditEntry(
            action="reset_second_factor", address="", who=COMMAND, via=COMMAND, target=name
        )
        await self._audit.begin(entry)
        try:
            before = await self._changes.reset_second_factor(name, COMMAND)
        except NotFoundError:
            entry.outcome = 404
            raise
        else:
            entry.outcome = 204
            entry.before = {"second_factor": before.has_second_factor}
            entry.after = {"second_factor": False}
        finally:
            await self._audit.finish(entry)
