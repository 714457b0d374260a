"""The lock-out after wrong passwords, as values, so that tests need not wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """Failures in a row without a wait, the waits after them, and the time until they expire.

    NIST SP 800-63B, 3.2.2, allows at most a hundred failures in a row, and suggests growing waits
    from 30 seconds to an hour.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta

    def waits(self) -> list[timedelta]:
        """Return the wait after each number of failures. The last wait applies to all further
        failures.
        """
        waits, wait = [timedelta(0)] * self.free, self.first
        while wait < self.longest:
            waits.append(wait)
            wait *= 2
        return [*waits, self.longest]


def lockout_of_names(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Return the policy of one name, existing or not: five wrong passwords."""
    return LockoutPolicy(free=5, first=first, longest=longest, memory=timedelta(days=1))


def lockout_of_addresses(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Return the policy of one address, which a whole company may share: fifty failures."""
    return LockoutPolicy(free=50, first=first, longest=longest, memory=timedelta(minutes=15))
