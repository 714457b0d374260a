"""What retry reads from its environment, and from the original's ``appsettings.json``."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from common.settings import DatabaseSettings, ServiceSettings
from retry.errors import ScheduleError

KEY = "RetryJobCronExpression"


class Settings(ServiceSettings, DatabaseSettings):
    """The settings of retry, prefix ``RETRY_``."""

    model_config = SettingsConfigDict(
        env_prefix="RETRY_", frozen=True, extra="ignore", populate_by_name=True
    )

    cron: str | None = Field(
        default=None,
        validation_alias=KEY,
        description=(
            "When *Failed* deliveries are run again, as a cron expression of Quartz, NCrontab, "
            "Cronos or Hangfire; empty = never."
        ),
    )
    appsettings: Path | None = Field(
        default=None,
        description=(
            f"Path of the original's appsettings.json; its {KEY} is used where the "
            "environment names none."
        ),
    )
    time_zone: str = Field(
        default="UTC",
        description=f"IANA time zone of {KEY}, such as Europe/Brussels.",
    )
    per_second: float = Field(
        default=50.0,
        gt=0,
        le=10_000,
        description="Deliveries per second that the timer job asks for at most.",
    )
    lease_s: float = Field(
        default=15.0,
        ge=3,
        description="Seconds for which a killed replica keeps the others from acting.",
    )


def expression_of(settings: Settings) -> str:
    """Return the cron expression, empty for never (seed, Automatic retry); raises ScheduleError
    when the file cannot be read.
    """
    if settings.cron is not None or settings.appsettings is None:
        return (settings.cron or "").strip()
    try:
        document = json.loads(settings.appsettings.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise ScheduleError(
            f"the setting RETRY_APPSETTINGS is not valid: {settings.appsettings} is not a JSON "
            "file that can be read"
        ) from None
    found = document.get(KEY) if isinstance(document, dict) else None
    if not isinstance(found, str | None):
        raise ScheduleError(
            f"the setting {KEY} in {settings.appsettings} is not valid: it must be text"
        )
    return (found or "").strip()
