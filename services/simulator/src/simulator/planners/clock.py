"""Clocks of the planners."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def stepping_clock(start: datetime) -> Callable[[], datetime]:
    """Return a clock that advances by one millisecond with each reading, which makes a stream
    repeatable to the byte.
    """
    steps = itertools.count()
    return lambda: start.astimezone(UTC) + timedelta(milliseconds=next(steps))
