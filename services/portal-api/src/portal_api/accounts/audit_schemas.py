"""Queries and responses of the audit routes."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field, field_serializer

from portal_api.accounts.roles import Role
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant, Moment


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


class AuditQuery(PageQuery):
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


class AuditEntryResponse(ResponseModel):
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


class AuditEntryRow(AuditEntryResponse):
    """Likewise, for CSV: what changed stands in one cell each."""

    @field_serializer("before", "after")
    def _in_one(self, changed: Any) -> str | None:
        return None if changed is None else json.dumps(changed, ensure_ascii=False)


class AuditPage(BaseModel):
    """One page of the audit."""

    items: list[AuditEntryResponse]
    next: str | None
