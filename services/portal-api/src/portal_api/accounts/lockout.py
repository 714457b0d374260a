"""How often somebody may guess, and how long they wait afterwards: values, so nothing
sleeps to test them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """Wrong passwords in a row that are taken, the waits after them, and when all is forgotten.

    NIST SP 800-63B, 3.2.2: at most a hundred in a row, and waits that grow, such as from 30
    seconds up to an hour.
    """

    free: int
    first: timedelta
    longest: timedelta
    memory: timedelta

    def waits(self) -> list[timedelta]:
        """Return the wait after so many failures, by their number; the last one is for all
        that come after.
        """
        waits, wait = [timedelta(0)] * self.free, self.first
        while wait < self.longest:
            waits.append(wait)
            wait *= 2
        return [*waits, self.longest]


def lockout_of_names(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Five wrong passwords for one name, existing or not."""
    return LockoutPolicy(free=5, first=first, longest=longest, memory=timedelta(days=1))


def lockout_of_addresses(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Fifty from one address, which may be a whole office's."""
    return LockoutPolicy(free=50, first=first, longest=longest, memory=timedelta(minutes=15))
