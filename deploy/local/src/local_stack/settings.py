"""Settings of ``mboc-local``."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from common.settings import EnvironmentSettings


class Settings(EnvironmentSettings):
    """The settings of the local system, prefix ``LOCAL_``."""

    model_config = SettingsConfigDict(
        env_prefix="LOCAL_", frozen=True, extra="ignore", populate_by_name=True
    )

    directory: Path = Field(
        default=Path(".run"), description="Folder of data, logs and generated secrets."
    )
    rate: float = Field(default=5.0, ge=0, le=10_000, description="Planners' changes per second.")
    rabbitmq_url: SecretStr | None = Field(
        default=None,
        validation_alias="RABBITMQ_URL",
        description="A RabbitMQ to use instead of starting one.",
    )
    mongodb_url: SecretStr | None = Field(
        default=None,
        validation_alias="MONGODB_URL",
        description="A MongoDB replica set to use instead of starting one.",
    )
    retry_cron: str = Field(
        default="* * * * *",
        validation_alias="RetryJobCronExpression",
        description="Cron expression that retries Failed deliveries. Empty = never.",
    )
    addresses: dict[str, str] | None = Field(
        default=None,
        description=(
            "System that `smoke` checks instead of the local one: a JSON object with the addresses "
            "of portal-api, ingest and simulator."
        ),
    )
    api_key: SecretStr = Field(default=SecretStr(""), description="API key of that portal API.")
