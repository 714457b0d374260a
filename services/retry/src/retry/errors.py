"""The tree of expected failures.

RetryError
└── ScheduleError     the cron expression, or the file that holds it, cannot be read
"""

from __future__ import annotations


class RetryError(Exception):
    """An expected failure that an operator must correct."""


class ScheduleError(RetryError):
    """The schedule cannot be read. ``str()`` names the setting."""
