"""Moments as MongoDB keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

from common.contracts.moments import whole_milliseconds


def this_moment() -> datetime:
    """Return now in whole milliseconds, as MongoDB returns it later."""
    return whole_milliseconds(datetime.now(UTC))
