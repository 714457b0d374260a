"""The settings of ingest."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings, TraceSettings
from common.strong_secret import require_strong_secret
from ingest.appointment_key import MAX_SOURCE_LENGTH


class Settings(ServiceSettings, TraceSettings):
    """The settings of ingest, prefix ``INGEST_``."""

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", frozen=True, extra="ignore", populate_by_name=True
    )

    secrets: dict[str, SecretStr] = Field(
        min_length=1,
        description=(
            'The secret of each source, as {"source": "secret"}. A source is one Dime.Scheduler. '
            "A secret has at least 32 characters, such as the output of `openssl rand -hex 32`."
        ),
    )
    time_zones: dict[str, str] = Field(
        default={},
        description=(
            "The time zone of dates without offset, for sources that do not use UTC, as "
            '{"source": "Europe/Brussels"} with IANA names.'
        ),
    )
    body_limit: int = Field(
        default=4 * 1024 * 1024,
        ge=1024,
        le=8 * 1024 * 1024,
        description="Largest accepted request body, in bytes.",
    )
    confirm_timeout_s: float = Field(
        default=10.0,
        gt=0,
        description="Seconds to wait for RabbitMQ to confirm before ingest responds 503.",
    )

    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        default=[],
        description=(
            "Networks of the reverse proxies whose X-Forwarded-For names the address of refused "
            'callers, such as ["10.2.0.0/24"].'
        ),
    )

    @field_validator("secrets")
    @classmethod
    def _are_sources(cls, secrets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for source, secret in secrets.items():
            if not source or "/" in source or len(source) > MAX_SOURCE_LENGTH:
                raise ValueError(
                    f"a source is part of a URL: 1 to {MAX_SOURCE_LENGTH} characters, no slash"
                )
            require_strong_secret(secret, f"the secret of the source {source}")
        return secrets

    @field_validator("time_zones")
    @classmethod
    def _are_known(cls, zones: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        sources: Mapping[str, SecretStr] = info.data.get("secrets", {})
        for source, zone in zones.items():
            if sources and source not in sources:
                raise ValueError(f"INGEST_SECRETS has no source {source}")
            _zone(zone)
        return zones

    @property
    def zones(self) -> Mapping[str, ZoneInfo]:
        """The time zones of sources by name."""
        return {source: ZoneInfo(zone) for source, zone in self.time_zones.items()}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name} is not an IANA time zone like Europe/Brussels") from error
