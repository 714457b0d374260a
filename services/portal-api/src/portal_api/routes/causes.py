"""``/api/causes``: Error Tracking by cause: what failed alike, with a note for
whoever looks next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from common.contracts.delivery import Status
from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import caller_of, needs, noted
from portal_api.deliveries.filter import DeliveryFilter
from portal_api.schemas.examples import CAUSE, page_of
from portal_api.schemas.paging import Shown
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.store.causes import Causes
    from portal_api.store.deliveries import Reader


class CauseQuery(DeliveryFilter):
    """Which failures to group: the same conditions as in the list of deliveries; all of
    these must hold.
    """

    def looked_at(self) -> list[str]:
        """Return the names of the parameters without an index; in the archive causes have none."""
        return [*super().looked_at(), *(["archived"] if self.is_archive else [])]


class Note(Shown):
    """What an administrator wrote about a cause."""

    text: str
    at: Instant
    by: str | None = Field(default=None, description="The account that wrote it.")


class Cause(Shown):
    """Failures with the same code, the same message but for its particulars, and
    the same connector.
    """

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

    model_config = ConfigDict(json_schema_extra=page_of(CAUSE, None))

    items: list[Cause]
    next: None = None


class NewNote(BaseModel):
    """A note; an empty one is removed."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2000)


def causes(store: Causes, reader: Reader) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/causes", tags=["Error Tracking"])

    @router.get("")
    async def list_causes(query: Annotated[CauseQuery, Query()]) -> CauseList:
        """Group what was not sent successfully by cause."""
        await reader.narrow_enough("deliveries", query.straight(), query.looked_at())
        wanted = await reader.conditions(query.wanted(), query.phase)
        return CauseList(items=[Cause.model_validate(item) for item in await store.groups(wanted)])

    @router.put("/{cause}/note", dependencies=[needs(Role.OPERATOR)])
    async def write_note(
        request: Request,
        cause: Annotated[str, Path(pattern="^[0-9a-f]{16}$")],
        note: Annotated[NewNote, Body()],
    ) -> Note | None:
        """Write down what is known about a cause."""
        before = await store.note(cause)
        kept = await store.write_note(cause, note.text.strip(), caller_of(request).name)
        noted(request, cause, before, note.text.strip() or None)
        return Note.model_validate(kept) if kept else None

    return router
