"""Moments and numbers as callers write them and as they are shown."""

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
"""A moment as UTC text."""


def _written(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and not value[:5].endswith("-")):
        raise ValueError("must be a date and time with an offset, such as 2026-07-21T06:00:00Z")
    return value


def _in_range(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999, in UTC too") from None


Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_range)]
"""A moment in a query: text with an offset (RFC 3339), never a number."""
Int64 = Annotated[
    int,
    BeforeValidator(lambda given: _unless(given, bool, "must be a whole number")),
    Field(ge=-(2**63), le=2**63 - 1),
]
"""What MongoDB can compare with; never true or false."""
YesNo = Annotated[
    bool,
    BeforeValidator(
        lambda given: (
            given
            if isinstance(given, bool)
            else _unless(given, int | float, "must be true or false")
        )
    ),
]
"""True or false, never a number."""


def _unless(given: object, kind: type | UnionType, sentence: str) -> object:
    """Return what was given; pydantic alone would take a number for true or false, and the
    other way round.
    """
    if isinstance(given, kind):
        raise ValueError(sentence)  # noqa: TRY004 - pydantic reads a ValueError as a refusal
    return given


def now_in_milliseconds() -> datetime:
    """Return now in whole milliseconds, as MongoDB returns it later."""
    return whole_milliseconds(datetime.now(UTC))
