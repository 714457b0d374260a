"""What portal-api reads from its environment."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from common.sealing import KeyRing
from common.settings import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """The settings of portal-api, prefix ``PORTAL_API_``."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_API_", frozen=True, extra="ignore", populate_by_name=True)

    key: SecretStr = Field(min_length=1, description="The API key that callers send as X-API-KEY.")
    secret_keys: SecretStr = Field(validation_alias="SECRET_KEYS", description="Keys that seal connectors' secrets: id:base64 pairs of 32 bytes.")
    log_days: float = Field(default=14, gt=0, le=3650, description="Days that log lines are kept; may be changed later.")
    figure_days: float = Field(default=14, ge=2, le=3650, description="Days that figures per minute are kept; those per hour and day are kept ten years.")
    figures_s: float = Field(default=5.0, ge=0.5, description="Seconds between two rounds of counting figures.")
    silent_s: float = Field(default=15.0, ge=4, description="Seconds after which a replica that says nothing counts as silent; heartbeats come every 3.")
    silent_kept_s: float = Field(default=900.0, ge=60, description="Seconds after which a silent replica is not shown any more.")
    oldest_s: float = Field(default=300.0, gt=0, description="Seconds that a delivery may wait before the status is troubled.")
    readers: int = Field(default=1_000, ge=1, le=5_000, description="Streams of live updates that may be open at once.")
    drain_s: float = Field(default=20.0, gt=0, description="Seconds to finish what is in hand when asked to stop.")

    @field_validator("secret_keys")
    @classmethod
    def _is_a_key_ring(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value
