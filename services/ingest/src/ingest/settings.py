"""What ingest reads from its environment."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings, TraceSettings


class Settings(ServiceSettings, TraceSettings):
    """The settings of ingest, prefix ``INGEST_``."""

    model_config = SettingsConfigDict(
        env_prefix="INGEST_", frozen=True, extra="ignore", populate_by_name=True
    )

    secrets: dict[str, SecretStr] = Field(
        min_length=1,
        description=(
            'The secret of each source, as {"source": "secret"}. A source is one Dime.Scheduler.'
        ),
    )
    body_limit: int = Field(
        default=4 * 1024 * 1024, ge=1024, description="Largest accepted body, in bytes."
    )
    confirm_timeout_s: float = Field(
        default=10.0,
        gt=0,
        description="Seconds to wait for the broker's confirmation before answering 503.",
    )
