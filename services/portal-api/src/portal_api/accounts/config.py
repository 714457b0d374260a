"""What an operator decides about coming in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from portal_api.accounts.client_address import Network
from portal_api.accounts.session import SessionLifetimes

HOURS = SessionLifetimes(timedelta(hours=1), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """The key of the setting (empty: none), cookies, lifetimes, the first and the longest wait, and
    which addresses are believed.
    """

    key: str = ""
    is_secure: bool = True
    lifetimes: SessionLifetimes = HOURS
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    proxies: Sequence[Network] = ()
    origins: Collection[str] = ()
