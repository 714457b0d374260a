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
        default=False,
        description="Whether the Source App of a connector matches regardless of case.",
    )
    private_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description=(
            'Your own networks that contain back offices, such as ["10.1.0.0/16"]. Public '
            "addresses need no entry. Link-local and metadata addresses are never "
            "called."
        ),
    )
    refresh_s: float = Field(
        default=5.0,
        gt=0,
        description=(
            "Seconds between two refreshes of all connectors, in case the message about a "
            "change was missed."
        ),
    )
    lease_s: float = Field(
        default=15.0,
        ge=3,
        description="Seconds for which the claims of a killed replica block their appointments.",
    )
    hold_after: int = Field(
        default=10,
        ge=1,
        description="Consecutive faults of a connector after which its lane is held.",
    )
    probe_s: float = Field(
        default=2.0,
        gt=0,
        description=(
            "Seconds until the first probe of a held lane. They double for each further probe."
        ),
    )
    longest_probe_s: float = Field(
        default=60.0, gt=0, description="Longest pause between two probes, in seconds."
    )
    credential_probe_s: float = Field(
        default=900.0,
        gt=0,
        description=(
            "Seconds until refused credentials are tried again. They double for each "
            "further try. Domains lock accounts after a few wrong passwords."
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
            "Seconds for which a message may be in hand before it returns to its place in "
            "the queue. Must be below the consumer timeout of RabbitMQ."
        ),
    )
    lane_lease_s: float = Field(
        default=8.0,
        ge=3,
        description="Seconds until other replicas work the lanes of a killed one.",
    )
    keep_answers: bool = Field(
        default=True,
        description=(
            "Whether the beginning of the answer to a failed call is kept, without secrets. It may "
            "hold personal data, and only operators and administrators see it."
        ),
    )
    drain_s: float = Field(
        default=65.0,
        gt=0,
        description=(
            "Seconds to finish calls during a shutdown. Must be longer than the longest "
            "call. Give the process more time before you kill it."
        ),
    )
