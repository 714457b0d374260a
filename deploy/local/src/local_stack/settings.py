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
        default=Path(".run"), description="Where data, logs and generated secrets are kept."
    )
    rate: float = Field(default=5.0, ge=0, le=10_000, description="Planners' changes per second.")
    rabbitmq_url: SecretStr | None = Field(
        default=None,
        validation_alias="RABBITMQ_URL",
        description="A RabbitMQ to use instead of one of our own.",
    )
    mongodb_url: SecretStr | None = Field(
        default=None,
        validation_alias="MONGODB_URL",
        description="A MongoDB replica set to use instead of one of our own.",
    )
    retry_cron: str = Field(
        default="* * * * *",
        validation_alias="RetryJobCronExpression",
        description="When Failed deliveries are requeued; empty = never.",
    )
    addresses: dict[str, str] | None = Field(
        default=None,
        description=(
            "What `smoke` asks instead of what runs here: a JSON object with the addresses of "
            "portal-api, ingest and simulator."
        ),
    )
    api_key: SecretStr = Field(default=SecretStr(""), description="The key to that portal API.")
