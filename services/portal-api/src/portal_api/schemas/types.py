"""Types of fields: times, numbers and booleans."""

from __future__ import annotations

from datetime import UTC, datetime
from types import UnionType
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer

from common.contracts.moments import in_utc, whole_milliseconds

Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda moment: in_utc(moment).isoformat().replace("+00:00", "Z"), return_type=str
    ),
]
"""A time as UTC text."""


def _refuse_number(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and not value[:5].endswith("-")):
        raise ValueError("must be a date and time with an offset, such as 2026-07-21T06:00:00Z")
    return value


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999, in UTC too") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_refuse_number), AfterValidator(_to_utc)]
"""A time of a query: text with an offset (RFC 3339), never a number."""
Int64 = Annotated[
    int,
    BeforeValidator(lambda value: _unless(value, bool, "must be a whole number")),
    Field(ge=-(2**63), le=2**63 - 1),
]
"""A whole number that MongoDB can store, never a boolean."""
YesNo = Annotated[
    bool,
    BeforeValidator(
        lambda value: (
            value
            if isinstance(value, bool)
            else _unless(value, int | float, "must be true or false")
        )
    ),
]
"""A boolean, never a number."""


def _unless(value: object, kind: type | UnionType, sentence: str) -> object:
    """Return the value, or raise ValueError when it is of this kind.

    pydantic alone would accept a number as a boolean, and a boolean as a number.
    """
    if isinstance(value, kind):
        raise ValueError(sentence)  # noqa: TRY004 - pydantic reads a ValueError as a refusal
    return value


def now_in_milliseconds() -> datetime:
    """Return the present time in whole milliseconds, as MongoDB stores it."""
    return whole_milliseconds(datetime.now(UTC))
