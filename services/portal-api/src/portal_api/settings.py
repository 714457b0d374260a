"""The settings of portal-api."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from common.sealing import KeyRing, SealingSettings
from common.settings import DatabaseSettings, ServiceSettings, TraceSettings
from common.strong_secret import require_strong_secret
from portal_api.accounts.config import AuthConfig
from portal_api.accounts.password_policy import Password, weakness
from portal_api.accounts.second_factor import SecondFactorPolicy
from portal_api.accounts.session import SessionLifetimes
from portal_api.accounts.user import UserName
from portal_api.oidc_settings import OidcSettings
from portal_api.website.files import PAGE, built_website


class Settings(ServiceSettings, DatabaseSettings, SealingSettings, TraceSettings, OidcSettings):
    """The settings of portal-api, prefix ``PORTAL_API_``."""

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_API_", frozen=True, extra="ignore", populate_by_name=True
    )

    key: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "An API key with the role admin, which callers send as X-API-KEY, of at least 32 "
            "characters. Empty means none. Accounts have API keys of their own."
        ),
    )
    log_days: float = Field(
        default=14,
        gt=0,
        le=3650,
        description="Retention of log lines in days. It can be changed at any time.",
    )
    answers_days: float = Field(
        default=30,
        ge=0,
        le=3650,
        description=(
            "Retention of the answers to failed calls in days, which may hold personal data. 0 "
            "stores none, and deletes the stored ones."
        ),
    )
    figure_days: float = Field(
        default=14,
        ge=2,
        le=3650,
        description=(
            "Retention of figures per minute in days. Figures per hour and day are kept ten years."
        ),
    )
    figures_s: float = Field(
        default=5.0, ge=0.5, description="Seconds between two aggregations of figures."
    )
    silent_s: float = Field(
        default=15.0,
        ge=4,
        description=(
            "Seconds without a heartbeat until a replica counts as silent. "
            "Replicas send one every 3 seconds."
        ),
    )
    silent_kept_s: float = Field(
        default=900.0,
        ge=60,
        description="Seconds without a heartbeat until a replica is no longer shown.",
    )
    oldest_s: float = Field(
        default=300.0,
        gt=0,
        description="Seconds that a delivery may wait before the status is *degraded*.",
    )
    readers: int = Field(
        default=1_000,
        ge=1,
        le=5_000,
        description="Largest number of open streams of live updates on each replica.",
    )
    drain_s: float = Field(
        default=20.0,
        gt=0,
        description="Seconds to store the messages in hand before the process stops.",
    )
    first_admin: UserName | None = Field(
        default=None,
        description=(
            "Name of the administrator that is created while there is no account. It has no effect "
            "afterwards."
        ),
    )
    first_admin_password: Password | None = Field(
        default=None,
        validate_default=True,
        description="First password of this administrator, to be changed at the first sign-in.",
    )
    secure_cookie: bool = Field(
        default=True,
        description=(
            "Whether browsers send the session's cookie over TLS only. Set it to false for a "
            "portal over plain HTTP."
        ),
    )
    session_idle_s: float = Field(
        default=3600, gt=0, description="Seconds without a request until a session ends."
    )
    session_s: float = Field(
        default=43_200, gt=0, description="Longest time of a session in seconds."
    )
    verification_s: float = Field(
        default=600,
        gt=0,
        description=(
            "Seconds after a sign-in or a verification until a session must enter the password "
            "again before a sensitive act."
        ),
    )
    second_factor: Literal["optional", "admins", "everyone"] = Field(
        default="optional",
        description=(
            "The accounts that need a second factor: `optional` (none), `admins` or `everyone`. An "
            "account without one must enrol it at the sign-in. API keys need none."
        ),
    )
    lock_s: float = Field(
        default=30,
        gt=0,
        description=(
            "Seconds of the first wait after five wrong passwords. Each further wrong password "
            "doubles the wait."
        ),
    )
    longest_lock_s: float = Field(
        default=3600, gt=0, description="Longest wait in seconds after wrong passwords."
    )
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        default=[],
        description=(
            "Networks of the reverse proxies whose X-Forwarded-For is trusted, such as "
            '["10.2.0.0/24"].'
        ),
    )
    origins: frozenset[str] = Field(
        default=frozenset(),
        description=(
            "Origins of the website behind a proxy that changes the Host header, such as "
            '["https://portal.cronus.example"].'
        ),
    )

    web_folder: Path | None = Field(
        default_factory=built_website,
        description=(
            "Folder of the built website. In a checkout the default is the website that "
            "`make install` builds. Empty means no website."
        ),
    )

    @field_validator("key")
    @classmethod
    def _is_strong(cls, key: SecretStr) -> SecretStr:
        return require_strong_secret(key) if key.get_secret_value() else key

    @field_validator("first_admin", "first_admin_password", "web_folder", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("web_folder")
    @classmethod
    def _check_website(cls, value: Path | None) -> Path | None:
        if value is not None and not (value / PAGE).is_file():
            raise ValueError(
                f"it contains no {PAGE}: build the website with `make install`, "
                "or leave the setting empty"
            )
        return value

    @field_validator("first_admin_password")
    @classmethod
    def _check_password(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        name = info.data.get("first_admin")
        if value is None:
            if name:
                raise ValueError("set a password, because there is no default password")
        elif reason := weakness(value.get_secret_value(), name or ""):
            raise ValueError(f"it {reason}")
        return value

    @property
    def auth(self) -> AuthConfig:
        """The settings of authentication."""
        return AuthConfig(
            key=self.key.get_secret_value(),
            is_secure=self.secure_cookie,
            lifetimes=SessionLifetimes(
                timedelta(seconds=self.session_idle_s),
                timedelta(seconds=self.session_s),
                timedelta(seconds=self.verification_s),
            ),
            second_factor=SecondFactorPolicy(self.second_factor),
            first_wait=timedelta(seconds=self.lock_s),
            longest_wait=timedelta(seconds=self.longest_lock_s),
            proxies=self.trusted_proxies,
            origins=self.origins,
            oidc=self.oidc(KeyRing.parse(self.secret_keys.get_secret_value())),
            has_local_accounts=self.local_accounts,
        )
