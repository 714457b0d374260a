"""The simulator's settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import AnyHttpUrl, AwareDatetime, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings
from simulator.authentication.requirements import Requirement
from simulator.back_offices.back_offices import BACK_OFFICE_NAME, JOURNAL_CALLS, MAX_BACK_OFFICES

SourceApp = Annotated[str, Field(min_length=1, max_length=100)]
BackOfficeName = Annotated[str, Field(pattern=f"^{BACK_OFFICE_NAME}$")]


class Settings(ServiceSettings):
    """The settings of the simulator, prefix ``SIMULATOR_``."""

    model_config = SettingsConfigDict(
        env_prefix="SIMULATOR_", frozen=True, extra="ignore", populate_by_name=True
    )

    ingest_url: AnyHttpUrl = Field(
        default=AnyHttpUrl("http://127.0.0.1:8000"), description="Base address of ingest."
    )
    source: str = Field(
        default="dime",
        pattern=r"^[A-Za-z0-9._-]{1,60}$",
        description="Source of the planners' changes at ingest.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the source, sent as X-API-KEY."
    )
    rate: float = Field(
        default=0.0, ge=0, le=10_000, description="Changes per second. 0 = the planners are idle."
    )
    seed: int = Field(
        default=1,
        description="Seed of the changes. The same seed gives the same changes in the same order.",
    )
    appointments: int = Field(
        default=50,
        ge=1,
        le=100_000,
        description="Appointments on the planning board.",
    )
    source_apps: tuple[SourceApp, ...] = Field(
        default=("CRONUSINTERNATIONALLTD.",),
        min_length=1,
        description="Source apps of the jobs. Each appointment belongs to one of them.",
    )
    start_at: AwareDatetime | None = Field(
        default=None,
        description=(
            "Start of the planners' clock, which advances one millisecond per change and makes a "
            "stream repeatable to the byte. Without it, the real time."
        ),
    )
    calls_in_flight: int = Field(
        default=64, ge=1, le=1000, description="Changes that are posted to ingest concurrently."
    )
    back_offices: int = Field(
        default=MAX_BACK_OFFICES,
        ge=1,
        le=100_000,
        description="Most simulated back offices.",
    )
    authentication: dict[BackOfficeName, Requirement] = Field(
        default={},
        description=(
            "The authentication that back offices require from the start, by their names. Each "
            "value is the body of PUT /back-offices/{name}/authentication."
        ),
    )
    records: int = Field(
        default=10_000,
        ge=1,
        le=1_000_000,
        description="Calls that each back office stores with their bodies. Older ones are dropped.",
    )
    history: int = Field(
        default=200_000,
        ge=1,
        le=10_000_000,
        description="Stored snapshots whose order each back office records.",
    )
    journal: int = Field(
        default=JOURNAL_CALLS,
        ge=1,
        le=10_000_000,
        description="Calls to all back offices together in the journal.",
    )
