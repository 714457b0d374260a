"""Moments as MongoDB keeps them."""

from __future__ import annotations

from datetime import UTC, datetime


def in_milliseconds(moment: datetime) -> datetime:
    """Return it without what MongoDB leaves out: what is told at once must equal
    what is told later.
    """
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def this_moment() -> datetime:
    """Return now, likewise."""
    return in_milliseconds(datetime.now(UTC))
