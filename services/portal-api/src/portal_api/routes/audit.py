"""``/api/audit``: the audit of all writes, for admins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from portal_api.accounts.audit_schemas import (
    AuditEntryResponse,
    AuditEntryRow,
    AuditExportQuery,
    AuditPage,
    AuditQuery,
)
from portal_api.accounts.roles import Role
from portal_api.auth.audited_download import audited_download
from portal_api.auth.dependencies import require_role
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download

if TYPE_CHECKING:
    from portal_api.store.audit import Audit


def audit(store: Audit) -> APIRouter:
    """Return the router of the audit."""
    router = APIRouter(prefix="/audit", tags=["Audit"], dependencies=[require_role(Role.ADMIN)])

    @router.get("")
    async def list_audit(query: Annotated[AuditQuery, Query()]) -> AuditPage:
        """List all writes, including refused ones, the newest first."""
        found, following = await store.page(query.mongodb_query(), query.page())
        return AuditPage(
            items=[AuditEntryResponse.model_validate(entry) for entry in found], next=following
        )

    @router.get("/export", response_class=StreamingResponse, responses=DOWNLOAD_RESPONSES)
    async def export_audit(
        request: Request, query: Annotated[AuditExportQuery, Query()]
    ) -> StreamingResponse:
        """Export the audit into a file. `before` and `after` are JSON."""
        row = AuditEntryRow if query.format.has_cells else AuditEntryResponse
        return await audited_download(
            request,
            as_download(
                "audit",
                query.format,
                partial(store.page, query.mongodb_query()),
                query.page(),
                row.model_validate,
                tuple(AuditEntryResponse.model_fields),
            ),
        )

    return router
