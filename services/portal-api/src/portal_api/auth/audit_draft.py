"""The audit entry of a request in progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.audit_entry import AuditEntry

if TYPE_CHECKING:
    from fastapi import Request

    from portal_api.store.audit import Audit


class AuditDraft:
    """The audit entry of one request. The middleware creates it, and the route adds the change.

    ``is_begun`` says that the entry is stored without its outcome. ``is_download`` says that the
    download completes the entry when it ends, and not the middleware.
    """

    def __init__(self, request: Request, audit: Audit) -> None:
        self._request = request
        self._audit = audit
        self._entry = AuditEntry(action="", address=request.state.address)
        self._target: str | None = None
        self.is_begun = False
        self.is_finished = False
        self.is_download = False

    def set_change(self, target: str, before: Any, after: Any) -> None:
        """Set the change that the audit records: JSON values without secrets."""
        self._target = target
        self._entry.before = before
        self._entry.after = after

    async def begin(self) -> None:
        """Store the entry before the request is carried out. Raises StoreUnavailableError."""
        await self._audit.begin(self.current_entry())
        self.is_begun = True

    async def finish(self, outcome: int) -> None:
        """Store the entry with its outcome. Raises StoreUnavailableError."""
        await self._audit.finish(self.entry_with(outcome))

    def entry_with(self, outcome: int) -> AuditEntry:
        """Return the entry with its outcome."""
        entry = self.current_entry()
        entry.outcome = outcome
        return entry

    def current_entry(self) -> AuditEntry:
        """Return the entry with the current caller, route and change of the request.

        A sign-in has no caller until it succeeds. A route that set no change has its path
        parameters as the target, unless a stranger chose them.
        """
        caller, route = self._request.state.caller, self._request.scope["route"]
        if caller is not None:
            self._entry.who = caller.name
            self._entry.role = caller.role
            self._entry.via = caller.via
        self._entry.action = route.name
        if self._target is not None:
            self._entry.target = self._target
        elif caller is not None:
            values = self._request.path_params.values()
            self._entry.target = "/".join(str(value) for value in values)
        return self._entry
