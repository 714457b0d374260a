"""The tree of expected failures.

RetryError
└── ScheduleError     the cron expression, or the file it stands in, cannot be read
"""

from __future__ import annotations


class RetryError(Exception):
    """Something that a person must mend."""


class ScheduleError(RetryError):
    """The schedule cannot be read; ``str()`` names the setting."""
