"""What every list has in common: how many, and from where on."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list, in which order; equal items follow the other way round by ``ties``,
    then by id, as their index has them.
    """

    field: str
    is_descending: bool
    limit: int
    after: str | None
    ties: str | None = None

    @property
    def order(self) -> list[tuple[str, int]]:
        """Return every path with its direction, the id last; only the first may be
        without a value.
        """
        direction = -1 if self.is_descending else 1
        if self.ties and self.field not in {self.ties, "_id"}:
            return [(self.field, direction), (self.ties, -direction), ("_id", -direction)]
        return list({self.field: direction, "_id": direction}.items())


class PageQuery(BaseModel):
    """The query of a list; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    limit: int = Field(default=50, ge=1, le=200, description="Items on a page.")
    after: str | None = Field(
        default=None, max_length=1000, description="The `next` of the page before."
    )


class ResponseModel(BaseModel):
    """Something that is shown; what a newer version stored beside is left out."""

    model_config = ConfigDict(extra="ignore")
