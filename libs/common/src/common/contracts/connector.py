"""The connector (MBOC setting): the configured way to one back office, as portal-api stores it and
dispatcher reads it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.appointment import Action
from common.contracts.message import ConnectorId, Message

BUSINESS_CENTRAL, NAV, CRM, WEBHOOK = SYSTEMS = ("Business Central", "NAV", "CRM", "Webhook")
SOAP, REST = API_TYPES = ("SOAP", "REST")
API_TYPES_OF = {BUSINESS_CENTRAL: (SOAP, REST), NAV: (SOAP,), CRM: (REST,), WEBHOOK: (REST,)}
"""Which API types each system has (domain.md, 3.2)."""
SECRETS = ("password", "client_secret", "signing_secret", "headers")
"""What is sealed; ``headers`` are the extra headers with their values, as JSON."""


_PART = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False})
"""Of a part of a connector: unknown fields are ignored where it is read, refused where it is
entered.
"""


class AuthenticationType(StrEnum):
    """How calls prove who they are (domain.md, 3.3)."""

    NONE = "None"
    BASIC = "Basic"
    NTLM = "NTLM"
    WINDOWS = "Windows"
    ENTRA_ID = "Microsoft Entra ID"
    OAUTH2_BODY = "OAuth2 (secret in body)"
    OAUTH2_BASIC = "OAuth2 (secret in header)"


class Authentication(BaseModel):
    """Who the calls are made for, without the secrets.

    A ``login`` that begins with ``basic=`` means Basic whatever else is said (domain.md, 3.1).
    ``token_url`` and ``scope`` may be empty for Microsoft Entra ID: then they follow from the
    tenant and the system (domain.md, 3.4).
    """

    model_config = _PART

    type: AuthenticationType = AuthenticationType.NONE
    login: str | None = Field(
        default=None,
        max_length=200,
        description="User, DOMAIN\\user or user@domain; basic=user means Basic.",
    )
    tenant_id: str | None = Field(
        default=None, max_length=100, description="Tenant of Microsoft Entra ID."
    )
    client_id: str | None = Field(default=None, max_length=200)
    token_url: str | None = Field(
        default=None,
        max_length=2000,
        description="Token endpoint; empty = Entra ID's of the tenant.",
    )
    scope: str | None = Field(
        default=None, max_length=500, description="Scope of the token; empty = the system's own."
    )


class Limits(BaseModel):
    """How much this connector's back office is called, by all dispatcher replicas together; none =
    the system's own limit.
    """

    model_config = _PART

    calls_in_flight: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=200,
        description="Calls under way at once; none = 5 for Business Central, else 8.",
    )
    calls_per_second: float | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=10_000,
        description=(
            "Calls begun per second; 0 = unlimited; none = 20 for Business Central "
            "(6,000 in 5 minutes), else unlimited."
        ),
    )
    connect_timeout_s: float = Field(
        default=5.0, strict=True, gt=0, le=60, description="Seconds to reach the back office."
    )
    total_timeout_s: float = Field(
        default=60.0,
        strict=True,
        gt=0,
        le=600,
        description="Seconds for one call, answer included.",
    )
    partitions: int = Field(
        default=1,
        strict=True,
        ge=1,
        le=16,
        description=(
            "Parts of the lane, by appointment, that different dispatcher replicas may work; each "
            "has its share of the calls."
        ),
    )


class Connector(BaseModel):
    """A connector as stored: ``system`` and ``api_type`` stay text, because a wrong one is a
    status, not a crash. Fields of a newer version are ignored, here and in its parts: an older
    one reads it during an upgrade and after a rollback.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    connector_id: ConnectorId
    version: int = Field(ge=1)
    name: str
    description: str | None = None
    source_app: str
    source_type: str | None = None
    enabled: bool = True
    system: str | None = None
    api_type: str | None = None
    uri: str | None = None
    actions: tuple[Action, ...] = (Action.CREATE, Action.UPDATE, Action.DELETE)
    authentication: Authentication = Authentication()
    time_zone: str = Field(
        default="UTC",
        description=(
            "IANA zone of dates that name no offset, where the back office needs one "
            "(domain.md, 4.9)."
        ),
    )
    mapping: dict[str, Any] | None = Field(
        default=None, description="What differs from the default names; see contracts/mapping.py."
    )
    ca_certificate: str | None = Field(
        default=None, description="PEM of the authority that signed the back office's certificate."
    )
    header_names: tuple[str, ...] = ()
    limits: Limits = Limits()
    most_partitions: int = Field(
        default=1, description="The most partitions that any version had: their queues are emptied."
    )
    sends_missing_create: bool = Field(
        default=True,
        description="Whether a newer version goes out as a create when the create never arrived.",
    )
    secrets: dict[str, str] = Field(
        default={}, repr=False, description="Sealed, by name; only the dispatcher opens them."
    )
    modified_at: AwareDatetime
    modified_by: str | None = Field(
        default=None,
        description=(
            "The account that made this version; none in versions that older releases kept."
        ),
    )
    secrets_entered: dict[str, int] = Field(
        default={}, description="By secret: the version in which it was last entered."
    )

    @property
    def kind(self) -> tuple[str, str]:
        """System and API type."""
        return kind_of(self.system, self.api_type)

    @property
    def calls_in_flight(self) -> int:
        """Calls under way at once, of all partitions."""
        return calls_in_flight_of(self.system, self.limits)

    @property
    def partitions(self) -> int:
        """Parts of the lane."""
        return self.limits.partitions

    @property
    def calls_per_second(self) -> float:
        """Calls begun per second, 0 = unlimited; Business Central takes 6,000 in five minutes
        (Microsoft's operational limits).
        """
        own = self.limits.calls_per_second
        return own if own is not None else 20.0 if self.system == BUSINESS_CENTRAL else 0.0


def kind_of(system: str | None, api_type: str | None) -> tuple[str, str]:
    """Return system and API type; where a system has one API type only, none means that one
    (domain.md, 3.2).
    """
    known = API_TYPES_OF.get(system or "", ())
    return system or "", api_type or (known[0] if len(known) == 1 else "")


def calls_in_flight_of(system: str | None, limits: Limits) -> int:
    """Return the calls that may be under way at once.

    Business Central takes five (Microsoft's operational limits).
    """
    return limits.calls_in_flight or (5 if system == BUSINESS_CENTRAL else 8)


def seal_context(connector_id: str, secret: str) -> str:
    """Return what a sealed secret belongs to: one field of one connector."""
    return f"{connector_id}.{secret}"


class ConnectorChanged(Message):
    """portal-api -> dispatcher: a connector was added, changed or disabled; read it again."""

    version: Literal[1] = 1
    connector_id: ConnectorId


class ConnectorTestRequested(Message):
    """portal-api -> dispatcher: try this connector without sending an appointment."""

    version: Literal[1] = 1
    test_id: str
    connector_id: ConnectorId
    requested_at: AwareDatetime


class ConnectionTestStep(Message):
    """One step of a connection test; ``sentence`` says what was seen, or what to mend."""

    name: Literal["address", "TLS", "authentication", "endpoint"]
    passed: bool
    sentence: str


class ConnectorTested(Message):
    """dispatcher -> portal-api: how far the test came; ``mapping`` holds the names that the back
    office's own description has.
    """

    version: Literal[1] = 1
    test_id: str
    connector_id: ConnectorId
    steps: tuple[ConnectionTestStep, ...]
    mapping: dict[str, Any] | None = None


class LaneChanged(Message):
    """dispatcher -> portal-api: a lane is held until its next probe, or works again
    (``held_until`` None).
    """

    version: Literal[1] = 1
    connector_id: ConnectorId
    replica: str
    held_since: AwareDatetime | None
    held_until: AwareDatetime | None
    reason: str | None = None
    at: AwareDatetime
