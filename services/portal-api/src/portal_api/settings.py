"""What portal-api reads from its environment."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from common.sealing import SealingSettings
from common.settings import DatabaseSettings, ServiceSettings, TraceSettings
from portal_api.accounts.config import AuthConfig
from portal_api.accounts.password_policy import Password, weakness
from portal_api.accounts.session import SessionLifetimes
from portal_api.accounts.user import UserName
from portal_api.website.files import PAGE, beside_the_source


class Settings(ServiceSettings, DatabaseSettings, SealingSettings, TraceSettings):
    """The settings of portal-api, prefix ``PORTAL_API_``."""

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_API_", frozen=True, extra="ignore", populate_by_name=True
    )

    key: SecretStr = Field(
        default=SecretStr(""),
        description=(
            "An admin's API key that callers send as X-API-KEY, beside those of "
            "accounts; empty = none."
        ),
    )
    log_days: float = Field(
        default=14,
        gt=0,
        le=3650,
        description="Days that log lines are kept; may be changed at any time.",
    )
    figure_days: float = Field(
        default=14,
        ge=2,
        le=3650,
        description=(
            "Days that figures per minute are kept; those per hour and day are kept ten years."
        ),
    )
    figures_s: float = Field(
        default=5.0, ge=0.5, description="Seconds between two rounds of counting figures."
    )
    silent_s: float = Field(
        default=15.0,
        ge=4,
        description=(
            "Seconds after which a replica that says nothing counts as silent; "
            "heartbeats come every 3."
        ),
    )
    silent_kept_s: float = Field(
        default=900.0,
        ge=60,
        description="Seconds after which a silent replica is not shown any more.",
    )
    oldest_s: float = Field(
        default=300.0,
        gt=0,
        description="Seconds that a delivery may wait before the status is *troubled*.",
    )
    readers: int = Field(
        default=1_000,
        ge=1,
        le=5_000,
        description="Streams of live updates that may be open at once, on each replica.",
    )
    drain_s: float = Field(
        default=20.0, gt=0, description="Seconds to finish what is in hand when asked to stop."
    )
    first_admin: UserName | None = Field(
        default=None,
        description=(
            "Name of the administrator that is created when there is no account at all; means "
            "nothing afterwards."
        ),
    )
    first_admin_password: Password | None = Field(
        default=None,
        validate_default=True,
        description="That administrator's password, until it is changed.",
    )
    secure_cookie: bool = Field(
        default=True,
        description=(
            "Whether the session's cookie travels over TLS only; false where the portal is opened "
            "by plain http."
        ),
    )
    session_idle_s: float = Field(
        default=3600, gt=0, description="Seconds after which an unused session ends."
    )
    session_s: float = Field(
        default=43_200, gt=0, description="Seconds after which every session ends."
    )
    lock_s: float = Field(
        default=30,
        gt=0,
        description=(
            "Seconds of the first wait after five wrong passwords; each further one doubles it."
        ),
    )
    longest_lock_s: float = Field(
        default=3600, gt=0, description="Seconds of the longest wait after wrong passwords."
    )
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        default=[],
        description=(
            "Networks of reverse proxies whose X-Forwarded-For is believed, such as "
            '["10.2.0.0/24"].'
        ),
    )
    origins: frozenset[str] = Field(
        default=frozenset(),
        description=(
            "Origins the website is opened at where a proxy changes the Host header, such as "
            '["https://portal.cronus.example"].'
        ),
    )

    web_folder: Path | None = Field(
        default_factory=beside_the_source,
        description=(
            "Where the built website is; by itself what `make install` built, where run from the "
            "source; empty = no website."
        ),
    )

    @field_validator("first_admin", "first_admin_password", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("web_folder", mode="before")
    @classmethod
    def _empty_is_no_website(cls, value: object) -> object:
        return value or None

    @field_validator("web_folder")
    @classmethod
    def _holds_a_website(cls, value: Path | None) -> Path | None:
        if value is not None and not (value / PAGE).is_file():
            raise ValueError(
                f"it holds no {PAGE}: build the website with `make install`, "
                "or leave the setting empty"
            )
        return value

    @field_validator("first_admin_password")
    @classmethod
    def _is_good(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        name = info.data.get("first_admin")
        if value is None:
            if name:
                raise ValueError("it is needed, because there is no default password")
        elif wrong := weakness(value.get_secret_value(), name or ""):
            raise ValueError(f"it {wrong}")
        return value

    @property
    def auth(self) -> AuthConfig:
        """The settings of authentication."""
        return AuthConfig(
            key=self.key.get_secret_value(),
            is_secure=self.secure_cookie,
            lifetimes=SessionLifetimes(
                timedelta(seconds=self.session_idle_s), timedelta(seconds=self.session_s)
            ),
            first_wait=timedelta(seconds=self.lock_s),
            longest_wait=timedelta(seconds=self.longest_lock_s),
            proxies=self.trusted_proxies,
            origins=self.origins,
        )
