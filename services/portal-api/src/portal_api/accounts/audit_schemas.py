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
    """The order of the list. A minus reverses it. Equal entries are ordered by time."""

    NEWEST = "-at"
    OLDEST = "at"
    WHO = "who"
    WHO_DOWN = "-who"
    ACTION = "action"
    ACTION_DOWN = "-action"
    TARGET = "target"
    TARGET_DOWN = "-target"


class AuditQuery(PageQuery):
    """Filters of the list. An entry must match all of them."""

    sort: AuditSort = Field(
        default=AuditSort.NEWEST, description="The order of the list. A minus reverses it."
    )
    who: str | None = Field(default=None, max_length=100, description="The name of an account.")
    action: str | None = Field(
        default=None,
        max_length=100,
        description="The name of an operation of the API, such as change_connector.",
    )
    target: str | None = Field(
        default=None,
        max_length=200,
        description="The id or name of the changed item, such as a connector's id.",
    )
    at_from: Moment | None = Field(default=None, description="Entries at this time or later.")
    at_to: Moment | None = Field(default=None, description="Entries before this time.")

    def mongodb_query(self) -> dict[str, Any]:
        """Return the filters as MongoDB conditions."""
        times = {
            operator: at for operator, at in (("$gte", self.at_from), ("$lt", self.at_to)) if at
        }
        return self.model_dump(include={"who", "action", "target"}, exclude_none=True) | (
            {"at": times} if times else {}
        )

    def page(self) -> Page:
        """Return the page: its order, size and position."""
        return self.sorted_page(self.sort, ties="at")


class AuditExportQuery(AuditQuery):
    """The filters and order of the list. Every matching row is written, and ``limit`` and ``after``
    have no effect.
    """

    format: Format = ExportFormat.CSV


class AuditEntryResponse(ResponseModel):
    """One write or export, either carried out or refused."""

    audit_id: str
    at: Instant
    who: str = Field(
        description="The account, or the owner of the API key. Empty without authentication."
    )
    role: Role | None = None
    via: str = Field(description='"session", "API key <id>", or the setting or command that acted.')
    address: str
    action: str
    target: str
    outcome: int | None = Field(
        default=None,
        description="The HTTP status. None if the service ended before the write did.",
    )
    before: Any = None
    after: Any = None
    count: int = Field(
        default=1, description="The number of refused requests that this entry stands for."
    )


class AuditEntryRow(AuditEntryResponse):
    """An entry for CSV, with ``before`` and ``after`` as JSON in one cell each."""

    @field_serializer("before", "after")
    def _as_json(self, changed: Any) -> str | None:
        return None if changed is None else json.dumps(changed, ensure_ascii=False)


class AuditPage(BaseModel):
    """One page of the audit."""

    items: list[AuditEntryResponse]
    next: str | None
