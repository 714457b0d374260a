"""The settings of authentication."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from common.client_address import Network
from portal_api.accounts.oidc_config import OidcConfig
from portal_api.accounts.second_factor import SecondFactorPolicy
from portal_api.accounts.session import SessionLifetimes

DEFAULT_LIFETIMES = SessionLifetimes(timedelta(hours=1), timedelta(hours=12))


@dataclass(frozen=True, slots=True)
class AuthConfig:
    """The settings of authentication, as values.

    ``key`` is the API key of the setting PORTAL_API_KEY, empty for none. The waits are those after
    wrong passwords.
    """

    key: str = ""
    is_secure: bool = True
    lifetimes: SessionLifetimes = DEFAULT_LIFETIMES
    second_factor: SecondFactorPolicy = SecondFactorPolicy.OPTIONAL
    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    proxies: Sequence[Network] = ()
    origins: Collection[str] = ()
    oidc: OidcConfig | None = None
    has_local_accounts: bool = True
