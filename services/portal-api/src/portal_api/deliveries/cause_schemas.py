"""Queries and responses of the routes of causes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from common.contracts.delivery import Status
from portal_api.deliveries.filter import OVERTAKEN, DeliveryFilter
from portal_api.schemas.examples import CAUSE, page_of
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant


class CauseQuery(DeliveryFilter):
    """The failures to group. The conditions are those of the list of deliveries, and all of them
    must hold.
    """

    def special_queries(self) -> list[dict[str, Any]]:
        """Return the queries of conditions that are not on a single column. Without the filter
        `overtaken`, overtaken failures are left out.
        """
        if self.overtaken is None:
            return [*super().special_queries(), {OVERTAKEN: None}]
        return super().special_queries()

    def unindexed_names(self) -> list[str]:
        """Return the names of the parameters without an index. In the archive causes have
        no index.
        """
        return [*super().unindexed_names(), *(["archived"] if self.is_archive else [])]


class CauseNote(ResponseModel):
    """An administrator's note about a cause."""

    text: str
    at: Instant
    by: str | None = Field(default=None, description="The account that wrote it.")


class Cause(ResponseModel):
    """Failures with the same code, the same connector, and the same message apart from names and
    numbers.
    """

    cause: str
    count: int
    code: str | None = None
    status: Status
    message: str | None = Field(default=None, description="The message of the newest failure.")
    connector_id: str
    connector_name: str | None = None
    first_seen: Instant
    last_seen: Instant
    delivery_id: str = Field(description="The id of the newest failed delivery.")
    note: CauseNote | None = None


class CauseList(BaseModel):
    """The causes, the most frequent first, at most 200."""

    model_config = ConfigDict(json_schema_extra=page_of(CAUSE, None))

    items: list[Cause]
    next: None = None


class NewCauseNote(BaseModel):
    """A note about a cause. An empty text removes the note."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=2000)
