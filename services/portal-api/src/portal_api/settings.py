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
    drain_s: float = Field(default=20.0, gt=0, description="Seconds to finish what is in hand when asked to stop.")

    @field_validator("secret_keys")
    @classmethod
    def _is_a_key_ring(cls, value: SecretStr) -> SecretStr:
        KeyRing.parse(value.get_secret_value())
        return value
