"""``/api/audit``: who did what, when, from where, and what it changed; for administrators."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, field_serializer

from portal_api.accounts.roles import Role
from portal_api.auth.dependencies import needs
from portal_api.exports.download import ANSWERS, Format, as_file
from portal_api.exports.formats import ExportFormat
from portal_api.schemas.paging import Page, Paged, Shown
from portal_api.schemas.types import Instant, Moment

if TYPE_CHECKING:
    from portal_api.store.audit import Audit


class AuditSort(StrEnum):
    """The order of the list; a minus turns it round. Equal ones follow by time."""

    NEWEST = "-at"
    OLDEST = "at"
    WHO = "who"
    WHO_DOWN = "-who"
    ACTION = "action"
    ACTION_DOWN = "-action"
    TARGET = "target"
    TARGET_DOWN = "-target"


class AuditQuery(Paged):
    """Filters of the list; all of them must hold."""

    sort: AuditSort = Field(
        default=AuditSort.NEWEST, description="The order of the list; a minus turns it round."
    )
    who: str | None = Field(default=None, max_length=100, description="An account's name.")
    action: str | None = Field(
        default=None, max_length=100, description="An operation's name, such as change_connector."
    )
    target: str | None = Field(
        default=None,
        max_length=200,
        description="What was written: a connector's id, a user's name.",
    )
    at_from: Moment | None = Field(default=None, description="Not before this moment.")
    at_to: Moment | None = Field(default=None, description="Before this moment.")

    def wanted(self) -> dict[str, Any]:
        """Return the filters that were given, in the store's words."""
        moments = {
            word: moment for word, moment in (("$gte", self.at_from), ("$lt", self.at_to)) if moment
        }
        return self.model_dump(include={"who", "action", "target"}, exclude_none=True) | (
            {"at": moments} if moments else {}
        )

    def page(self) -> Page:
        """Return the order and place."""
        return Page(
            self.sort.removeprefix("-"),
            self.sort.startswith("-"),
            self.limit,
            self.after,
            ties="at",
        )


class AuditExportQuery(AuditQuery):
    """The same filters and order as the list; every row that fits is written, ``limit`` and
    ``after`` mean nothing here.
    """

    format: Format = ExportFormat.CSV


class EntryShown(Shown):
    """One write, carried out or refused."""

    audit_id: str
    at: Instant
    who: str = Field(
        description="The account, or the owner of the API key; empty when nobody was recognised."
    )
    role: Role | None = None
    via: str = Field(description='"session", "API key <id>", or the setting or command that acted.')
    address: str
    action: str
    target: str
    outcome: int | None = Field(
        default=None,
        description="The HTTP status; none when the service ended before the write did.",
    )
    before: Any = None
    after: Any = None


class EntryInCells(EntryShown):
    """Likewise, for CSV: what changed stands in one cell each."""

    @field_serializer("before", "after")
    def _in_one(self, changed: Any) -> str | None:
        return None if changed is None else json.dumps(changed, ensure_ascii=False)


class AuditPage(BaseModel):
    """One page of the audit."""

    items: list[EntryShown]
    next: str | None


def audit(store: Audit) -> APIRouter:
    """Return the route."""
    router = APIRouter(prefix="/audit", tags=["Audit"], dependencies=[needs(Role.ADMIN)])

    @router.get("")
    async def list_audit(query: Annotated[AuditQuery, Query()]) -> AuditPage:
        """List every write and every refused one, the newest first."""
        found, following = await store.page(query.wanted(), query.page())
        return AuditPage(
            items=[EntryShown.model_validate(entry) for entry in found], next=following
        )

    @router.get("/export", response_class=StreamingResponse, responses=ANSWERS)
    async def export_audit(query: Annotated[AuditExportQuery, Query()]) -> StreamingResponse:
        """Write every line of a list into a file; what changed is JSON."""
        shown = EntryInCells if query.format.has_cells else EntryShown
        return await as_file(
            "audit",
            query.format,
            partial(store.page, query.wanted()),
            query.page(),
            shown.model_validate,
            tuple(EntryShown.model_fields),
        )

    return router
