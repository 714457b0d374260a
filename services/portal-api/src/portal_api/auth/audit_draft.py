"""The audit entry of a write in progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.audit_entry import AuditEntry

if TYPE_CHECKING:
    from fastapi import Request


class AuditDraft:
    """The audit entry of one request. The middleware creates it, and the route adds the change."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._entry = AuditEntry(action="", address=request.state.address)
        self._target: str | None = None

    def set_change(self, target: str, before: Any, after: Any) -> None:
        """Set the change that the audit records: JSON values without secrets."""
        self._target = target
        self._entry.before = before
        self._entry.after = after

    def current_entry(self) -> AuditEntry:
        """Return the entry with the current caller, route and change of the request.

        A sign-in has no caller until it succeeds. A route that set no change has its path
        parameters as the target.
        """
        caller, route = self._request.state.caller, self._request.scope["route"]
        if caller is not None:
            self._entry.who = caller.name
            self._entry.role = caller.role
            self._entry.via = caller.via
        self._entry.action = route.name
        self._entry.target = (
            "/".join(str(value) for value in self._request.path_params.values())
            if self._target is None
            else self._target
        )
        return self._entry
