"""What every list has in common: how many, and from where on."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from portal_api.values import Instant, Int64, Moment

__all__ = ["Instant", "Int64", "Moment", "Paged", "Shown"]


class Paged(BaseModel):
    """The query of a list; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    limit: int = Field(default=50, ge=1, le=200, description="Items on a page.")
    after: str | None = Field(
        default=None, max_length=1000, description="The `next` of the page before."
    )


class Shown(BaseModel):
    """Something that is shown; what a newer version stored beside is left out."""

    model_config = ConfigDict(extra="ignore")
