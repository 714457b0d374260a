"""``/api/causes``: Error Tracking by cause: what failed alike, with a note for whoever looks next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.delivery import Status
from portal_api.accounts.roles import Role
from portal_api.routes.access import needs, noted
from portal_api.routes.paging import Instant, Shown

if TYPE_CHECKING:
    from portal_api.store.causes import Causes


class CauseQuery(BaseModel):
    """Which failures to group; all of these must hold."""

    model_config = ConfigDict(extra="forbid")

    connector_id: str | None = None
    status: Status | None = None
    code: str | None = Field(default=None, max_length=20)
    source_app: str | None = None


class Note(Shown):
    """What an administrator wrote about a cause."""

    text: str
    at: Instant


class Cause(Shown):
    """Failures with the same code, the same message but for its particulars, and the same connector."""

    cause: str
    count: int
    code: str | None = None
    status: Status
    message: str | None = Field(default=None, description="Of the newest one.")
    connector_id: str
    connector_name: str | None = None
    first_seen: Instant
    last_seen: Instant
    delivery_id: str = Field(description="The newest one.")
    note: Note | None = None


class CauseList(BaseModel):
    """The causes, the most frequent first, at most two hundred."""

    items: list[Cause]
    next: None = None


class NewNote(BaseModel):
    """A note; an empty one is removed."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2000)


def causes(store: Causes) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/causes", tags=["Error Tracking"])

    @router.get("")
    async def list_causes(query: Annotated[CauseQuery, Query()]) -> CauseList:
        """Group what was not sent successfully and is not archived."""
        return CauseList(items=[Cause.model_validate(item) for item in await store.groups(_wanted(query))])

    @router.put("/{cause}/note", dependencies=[needs(Role.OPERATOR)])
    async def write_note(request: Request, cause: Annotated[str, Path(pattern="^[0-9a-f]{16}$")], note: Annotated[NewNote, Body()]) -> Note | None:
        """Write down what is known about a cause."""
        before = await store.note(cause)
        kept = await store.write_note(cause, note.text.strip())
        noted(request, cause, before, note.text.strip() or None)
        return Note.model_validate(kept) if kept else None

    return router


def _wanted(query: CauseQuery) -> dict[str, Any]:
    given = query.model_dump(exclude_none=True, exclude={"source_app"})
    return given | ({"appointment.source_app": query.source_app} if query.source_app else {})
