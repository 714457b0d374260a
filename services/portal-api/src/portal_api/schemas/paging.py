"""Paging of lists."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and the order of the list.

    Items with the same value are ordered by ``ties`` in the other direction, then by id. The
    indexes have the same order.
    """

    field: str
    is_descending: bool
    limit: int
    after: str | None
    ties: str | None = None

    @property
    def order(self) -> list[tuple[str, int]]:
        """The fields with their directions, the id last. Only the first field may be missing in
        an item.
        """
        direction = -1 if self.is_descending else 1
        if self.ties and self.field not in {self.ties, "_id"}:
            return [(self.field, direction), (self.ties, -direction), ("_id", -direction)]
        return list({self.field: direction, "_id": direction}.items())


class PageQuery(BaseModel):
    """The query of a list. An unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    limit: int = Field(default=50, ge=1, le=200, description="The number of items on a page.")
    after: str | None = Field(
        default=None, max_length=1000, description="The `next` of the previous page."
    )

    def sorted_page(self, sort: str, ties: str | None = None) -> Page:
        """Return the page in the order of ``sort``, a field with a minus for the reverse order."""
        return Page(sort.removeprefix("-"), sort.startswith("-"), self.limit, self.after, ties)


class ResponseModel(BaseModel):
    """A model of stored data. Fields that a newer release stored are left out."""

    model_config = ConfigDict(extra="ignore")
