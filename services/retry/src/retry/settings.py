"""The settings of retry, from its environment and from the original's ``appsettings.json``."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from common.settings import DatabaseSettings, ServiceSettings
from retry.cron.dialect import SETTING
from retry.errors import ScheduleError
from retry.timer.schedule import Schedule


class Settings(ServiceSettings, DatabaseSettings):
    """The settings of retry, prefix ``RETRY_``."""

    model_config = SettingsConfigDict(
        env_prefix="RETRY_", frozen=True, extra="ignore", populate_by_name=True
    )

    cron: str | None = Field(
        default=None,
        validation_alias=SETTING,
        description=(
            "When the timer job retries *Failed* deliveries, as a cron expression of Quartz, "
            "NCrontab, Cronos or Hangfire. Empty = never."
        ),
    )
    appsettings: Path | None = Field(
        default=None,
        description=(
            f"Path of the original's appsettings.json. Its {SETTING} applies where the "
            "environment sets none."
        ),
    )
    time_zone: str = Field(
        default="UTC",
        description=f"IANA time zone of {SETTING}, for example Europe/Brussels.",
    )
    per_second: float = Field(
        default=50.0,
        gt=0,
        le=10_000,
        description="Maximum number of deliveries per second that the timer job retries.",
    )
    check_interval_s: float = Field(
        default=15.0,
        ge=0,
        le=86_400,
        description=(
            "Seconds between two searches for deliveries of unknown outcome whose back office is "
            "asked. 0 = never."
        ),
    )
    lease_s: float = Field(
        default=15.0,
        ge=3,
        description="Seconds until another replica takes over from a killed one.",
    )


def read_expression(settings: Settings) -> str:
    """Return the cron expression, empty for never (seed, Automatic retry).

    Raises ScheduleError when the file cannot be read.
    """
    if settings.cron is not None or settings.appsettings is None:
        return (settings.cron or "").strip()
    try:
        document = json.loads(settings.appsettings.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        raise ScheduleError(
            f"the setting RETRY_APPSETTINGS is not valid: {settings.appsettings} is not a "
            "readable JSON file"
        ) from None
    found = document.get(SETTING) if isinstance(document, dict) else None
    if not isinstance(found, str | None):
        raise ScheduleError(
            f"the setting {SETTING} in {settings.appsettings} is not valid: it must be a string"
        )
    return (found or "").strip()


def read_schedule(settings: Settings) -> Schedule:
    """Return the schedule of these settings. An invalid one never runs, and holds the error."""
    try:
        return Schedule(read_expression(settings), time_zone=settings.time_zone)
    except ScheduleError as error:
        return Schedule("", time_zone=settings.time_zone, error=str(error))
