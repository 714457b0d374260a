"""The settings of dispatcher, read from its environment."""

from __future__ import annotations

from pydantic import Field, IPvAnyNetwork
from pydantic_settings import SettingsConfigDict

from common.sealing import SealingSettings
from common.settings import DatabaseSettings, ServiceSettings, TraceSettings


class Settings(ServiceSettings, DatabaseSettings, SealingSettings, TraceSettings):
    """The settings of dispatcher, with the prefix ``DISPATCHER_``."""

    model_config = SettingsConfigDict(
        env_prefix="DISPATCHER_", frozen=True, extra="ignore", populate_by_name=True
    )

    ignore_source_app_case: bool = Field(
        default=False, description="Whether a connector's Source App matches in any case."
    )
    private_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description=(
            'Networks of your own that back offices are in, such as ["10.1.0.0/16"]; public '
            "addresses need no entry, link-local and metadata addresses are never called."
        ),
    )
    refresh_s: float = Field(
        default=5.0,
        gt=0,
        description=(
            "Seconds between two readings of all connectors, should a change's message be missed."
        ),
    )
    lease_s: float = Field(
        default=15.0,
        ge=3,
        description="Seconds a killed replica's claims block their appointments.",
    )
    hold_after: int = Field(
        default=10,
        ge=1,
        description="Consecutive faults of a connector after which its lane is held.",
    )
    probe_s: float = Field(
        default=2.0,
        gt=0,
        description="Seconds until a held lane's first probe; doubled for each further one.",
    )
    longest_probe_s: float = Field(
        default=60.0, gt=0, description="Longest pause between two probes, in seconds."
    )
    credential_probe_s: float = Field(
        default=900.0,
        gt=0,
        description=(
            "Seconds until refused credentials are tried again; doubled for each further try. "
            "Domains lock accounts after a few wrong passwords."
        ),
    )
    longest_credential_probe_s: float = Field(
        default=14_400.0,
        gt=0,
        description="Longest pause between two tries of refused credentials, in seconds.",
    )
    in_hand_s: float = Field(
        default=600.0,
        gt=0,
        description=(
            "Seconds a message may be in hand before it goes back to its place in the queue; below "
            "RabbitMQ's consumer timeout."
        ),
    )
    lane_lease_s: float = Field(
        default=8.0,
        ge=3,
        description="Seconds until other replicas work the lanes of a killed one.",
    )
    drain_s: float = Field(
        default=65.0,
        gt=0,
        description=(
            "Seconds to finish calls when asked to stop, longer than the longest call; give the "
            "process more before killing it."
        ),
    )
