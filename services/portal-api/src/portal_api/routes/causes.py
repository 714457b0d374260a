"""``/api/causes``: Error Tracking by cause, with notes of operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Path, Query, Request

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.deliveries.cause_schemas import (
    Cause,
    CauseList,
    CauseNote,
    CauseQuery,
    NewCauseNote,
)

if TYPE_CHECKING:
    from portal_api.store.causes import Causes
    from portal_api.store.deliveries import DeliveryQueries


def causes(store: Causes, queries: DeliveryQueries) -> APIRouter:
    """Return the router of causes."""
    router = APIRouter(prefix="/causes", tags=["Error Tracking"])

    @router.get("")
    async def list_causes(query: Annotated[CauseQuery, Query()]) -> CauseList:
        """Group the deliveries without success by cause."""
        await queries.refuse_full_scan("deliveries", query.indexed_query(), query.unindexed_names())
        wanted = query.mongodb_query(await queries.held_connectors())
        return CauseList(items=[Cause.model_validate(item) for item in await store.groups(wanted)])

    @router.put("/{cause}/note", dependencies=[require_role(Role.OPERATOR)])
    async def write_note(
        request: Request,
        cause: Annotated[str, Path(pattern="^[0-9a-f]{16}$")],
        note: Annotated[NewCauseNote, Body()],
    ) -> CauseNote | None:
        """Write the note of a cause. An empty text removes it."""
        before = await store.note(cause)
        stored = await store.write_note(cause, note.text.strip(), caller_of(request).name)
        audit_change(request, cause, before, note.text.strip() or None)
        return CauseNote.model_validate(stored) if stored else None

    return router
