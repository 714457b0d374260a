"""What every list has in common: how many, in which order, and from where on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from common.contracts.appointment import in_utc

Instant = Annotated[datetime, PlainSerializer(lambda moment: in_utc(moment).isoformat().replace("+00:00", "Z"), return_type=str)]
"""A moment as UTC text."""


def _written(value: object) -> object:
    if isinstance(value, str) and not value[:5].endswith("-"):
        raise ValueError("must be a date and time with an offset, such as 2026-07-21T06:00:00Z")
    return value


def _in_range(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999, in UTC too") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_range)]
"""A moment in a query: text with an offset (RFC 3339), never a number."""
Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
"""What MongoDB can compare with."""


class Paged(BaseModel):
    """The query of a list; an unknown parameter is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    limit: int = Field(default=50, ge=1, le=200, description="Items on a page.")
    after: str | None = Field(default=None, max_length=1000, description="The `next` of the page before.")


class Shown(BaseModel):
    """Something that is shown; what a newer version stored beside is left out."""

    model_config = ConfigDict(extra="ignore")
