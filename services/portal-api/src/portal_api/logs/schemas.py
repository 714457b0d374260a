"""Queries and responses of the log routes."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, field_serializer

from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.lists.search_terms import by_selectivity, words_of
from portal_api.logs.line import Level, at_least, first_id_at
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant, Moment


class LogQuery(PageQuery):
    """Filters of the list. A line must match all of them."""

    level: Annotated[
        Level, BeforeValidator(lambda level: level.lower() if isinstance(level, str) else level)
    ] = Field(default=Level.DEBUG, description="This level and more severe ones.")
    service: str | None = Field(default=None, max_length=50, description="Exactly this service.")
    replica: str | None = Field(default=None, max_length=100, description="Exactly this replica.")
    delivery_id: str | None = Field(
        default=None, max_length=120, description="Lines about this delivery."
    )
    search: str | None = Field(
        default=None,
        max_length=200,
        description=(
            "Whole words, in any case, of event, appointment, code, reason, connector "
            "id or trace id."
        ),
    )
    at_from: Moment | None = Field(default=None, description="Not before this moment.")
    at_to: Moment | None = Field(default=None, description="Before this moment.")

    def mongodb_query(self) -> dict[str, Any]:
        """Return the conditions of the store. They always include the level, because the indexes
        begin with it.
        """
        equal = self.model_dump(include={"service", "replica", "delivery_id"}, exclude_none=True)
        id_range = {
            operator: first_id_at(moment)
            for operator, moment in (("$gte", self.at_from), ("$lt", self.at_to))
            if moment
        }
        words = {"words": {"$all": by_selectivity(words_of([self.search]))}} if self.search else {}
        return (
            {"level": {"$in": at_least(self.level)}}
            | equal
            | words
            | ({"_id": id_range} if id_range else {})
        )

    def page(self) -> Page:
        """Return the page. Log lines have one order, by time."""
        return Page("_id", is_descending=True, limit=self.limit, after=self.after)


class LogExportQuery(LogQuery):
    """The filters of the list, for an export of all matching lines. ``limit`` and ``after`` are
    ignored.
    """

    format: Format = ExportFormat.CSV


class LogLine(ResponseModel):
    """A log line. ``fields`` contains its further fields."""

    log_id: str
    at: Instant
    level: Level
    service: str
    replica: str
    event: str
    delivery_id: str | None = None
    connector_id: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)


class LogLineRow(LogLine):
    """A log line for CSV, with the further fields as JSON in one cell."""

    @field_serializer("fields")
    def _as_json(self, fields: dict[str, Any]) -> str | None:
        return json.dumps(fields, ensure_ascii=False) if fields else None


class LogPage(BaseModel):
    """One page of lines."""

    items: list[LogLine]
    next: str | None


def as_log_line(item: dict[str, Any], kind: type[LogLine] = LogLine) -> LogLine:
    """Return a stored line as the API shows it."""
    return kind.model_validate(item | {"log_id": item["_id"]})
