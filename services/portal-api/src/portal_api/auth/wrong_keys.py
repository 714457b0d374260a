"""Counts wrong API keys by network.

A key of 256 random bits cannot be guessed, so a right key is never refused. The count shows
guessing, and spares further answers that would tell a guesser more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from common.client_address import network_of

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from portal_api.accounts.lockout import LockoutPolicy

MAX_NETWORKS = 10_000
"""Networks that are counted at once. Further networks share one count."""


class _Count(NamedTuple):
    keys: int
    ends_at: datetime


class WrongKeys:
    """The wrong keys of each network within a fixed time, in the memory of this replica."""

    def __init__(self, policy: LockoutPolicy) -> None:
        self._policy = policy
        self._counts: dict[str, _Count] = {}

    def count(self, address: str, now: datetime) -> timedelta | None:
        """Count one wrong key, and return the time for which further ones are refused as too many,
        or None.
        """
        self._forget_expired(now)
        network = network_of(address)
        if network not in self._counts and len(self._counts) >= MAX_NETWORKS:
            network = ""
        keys, ends_at = self._counts.get(network, _Count(0, now + self._policy.memory))
        self._counts[network] = _Count(keys + 1, ends_at)
        return ends_at - now if keys >= self._policy.free else None

    def _forget_expired(self, now: datetime) -> None:
        """Forget counts in the order of their ends, which is the order of the dictionary."""
        while self._counts:
            network, count = next(iter(self._counts.items()))
            if count.ends_at > now:
                return
            del self._counts[network]
