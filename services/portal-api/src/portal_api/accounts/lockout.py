"""The lock-out after wrong passwords, as values, so that tests need not wait."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

DEVICE_LIFETIME = timedelta(days=90)
MAX_DEVICES = 20
"""Known devices of one account. A further one replaces the oldest."""


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

    def of_all_networks(self) -> LockoutPolicy:
        """Return the policy of one name for all networks together: fifty failures.

        With the default waits, the hundredth failure in a row takes two days, and each further one
        an hour.
        """
        return replace(self, free=10 * self.free)


def lockout_of_names(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Return the policy of one name, existing or not, in one network: five wrong passwords."""
    return LockoutPolicy(free=5, first=first, longest=longest, memory=timedelta(days=1))


def lockout_of_addresses(first: timedelta, longest: timedelta) -> LockoutPolicy:
    """Return the policy of one address, which a whole company may share: fifty failures."""
    return LockoutPolicy(free=50, first=first, longest=longest, memory=timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class TrySource:
    """The origin of one entered password: an address, with a known device or a session if any.

    ``device`` is the hash of the device's token, or empty. Failures of a known device and of a
    session count for themselves, so that others cannot lock them out (OWASP, Device Cookies).
    """

    address: str
    device: str = ""
    session_id: str = ""
