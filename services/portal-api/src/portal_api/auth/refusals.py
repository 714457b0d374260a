"""Makes refused requests visible: as a metric, in the log, and in the audit (OWASP ASVS 4.0.3,
7.1.3 and 7.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.refusal_log import RefusalLog
from portal_api.auth.authenticate import ENDED, NO_CREDENTIALS, WRONG_KEY
from portal_api.auth.dependencies import SAFE_METHODS
from portal_api.auth.refused_entries import RefusedEntries
from portal_api.errors import ForbiddenError, LockedError
from portal_api.metrics import REFUSALS, Refusal

if TYPE_CHECKING:
    from fastapi import Request

    from portal_api.accounts.audit_entry import AuditEntry
    from portal_api.store.audit import Audit

_BY_SENTENCE = {
    NO_CREDENTIALS: Refusal.NO_CREDENTIALS,
    ENDED: Refusal.SESSION,
    WRONG_KEY: Refusal.API_KEY,
}
_BY_STATUS = {
    401: Refusal.PASSWORD,
    403: Refusal.ROLE,
    413: Refusal.BODY,
    415: Refusal.MEDIA_TYPE,
    429: Refusal.LOCKED,
}


class Refusals:
    """Counts and logs refused requests, and stores their audit entries in a bounded number."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        self._log = RefusalLog()
        self._entries = RefusedEntries(audit)

    def observe(self, request: Request, status: int) -> None:
        """Count the answer if it is a refusal, and log it.

        A read without credentials is not logged, because every first visit of the website is one.
        """
        if status not in _BY_STATUS:
            return
        reason = _reason(request, status)
        REFUSALS.labels(reason).inc()
        if reason is Refusal.NO_CREDENTIALS and request.method in SAFE_METHODS:
            return
        caller = request.state.caller
        self._log.record(
            request.state.address,
            reason,
            action=request.scope["route"].name,
            account=caller.name if caller else None,
        )

    async def record(self, entry: AuditEntry) -> None:
        """Store or count the audit entry of a refusal. Raises StoreUnavailableError."""
        await self._entries.record(entry)

    async def flush(self) -> None:
        """Store the counts of refusals in the audit."""
        await self._entries.flush()


def _reason(request: Request, status: int) -> Refusal:
    refusal = request.state.refusal
    if status == 401 and refusal is not None:  # noqa: PLR2004 - of HTTP
        return _BY_SENTENCE.get(str(refusal), Refusal.PASSWORD)
    if status == 403 and (refusal is None) != isinstance(refusal, ForbiddenError):  # noqa: PLR2004
        return Refusal.CROSS_SITE if refusal is not None else Refusal.ROLE
    if isinstance(refusal, LockedError):
        return Refusal.API_KEY
    return _BY_STATUS[status]
