"""The connector (MBOC setting): the configured way to one back office. portal-api stores it and
dispatcher reads it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.contracts.applied import AppliedSettings
from common.contracts.appointment import Action
from common.contracts.message import ConnectorId, Message

BUSINESS_CENTRAL, NAV, CRM, WEBHOOK = SYSTEMS = ("Business Central", "NAV", "CRM", "Webhook")
SOAP, REST = API_TYPES = ("SOAP", "REST")
API_TYPES_OF = {BUSINESS_CENTRAL: (SOAP, REST), NAV: (SOAP,), CRM: (REST,), WEBHOOK: (REST,)}
"""The API types of each system (domain.md, 3.2)."""
QUERIES = {"uri_query": "uri", "token_query": "token_url"}
"""The secrets that hold the query of an address, such as the ``sig=`` of Azure's webhooks."""
SECRETS = ("password", "client_secret", "signing_secret", "headers", *QUERIES)
"""The encrypted fields. ``headers`` holds the extra headers with their values, as JSON."""
BASIC_PREFIX = "basic="
"""Prefix of a login that always means Basic authentication (domain.md, 3.1)."""
ENTRA_ID = "https://login.microsoftonline.com"


_PART = ConfigDict(frozen=True, extra="ignore", json_schema_extra={"additionalProperties": False})
"""The configuration of a part of a connector. Stored unknown fields are ignored, entered unknown
fields are refused.
"""


class AuthenticationType(StrEnum):
    """The ways in which calls authenticate (domain.md, 3.3)."""

    NONE = "None"
    BASIC = "Basic"
    NTLM = "NTLM"
    WINDOWS = "Windows"
    ENTRA_ID = "Microsoft Entra ID"
    OAUTH2_BODY = "OAuth2 (secret in body)"
    OAUTH2_BASIC = "OAuth2 (secret in header)"


class AuthenticationScheme(StrEnum):
    """The ways in which a credential travels."""

    NONE = "none"
    BASIC = "Basic"
    WINDOWS = "NTLM or Negotiate"
    OAUTH2 = "OAuth2"


_SCHEMES = {
    AuthenticationType.NONE: AuthenticationScheme.NONE,
    AuthenticationType.BASIC: AuthenticationScheme.BASIC,
    AuthenticationType.NTLM: AuthenticationScheme.WINDOWS,
    AuthenticationType.WINDOWS: AuthenticationScheme.WINDOWS,
    AuthenticationType.ENTRA_ID: AuthenticationScheme.OAUTH2,
    AuthenticationType.OAUTH2_BODY: AuthenticationScheme.OAUTH2,
    AuthenticationType.OAUTH2_BASIC: AuthenticationScheme.OAUTH2,
}


class Authentication(BaseModel):
    """The identity of the calls, without the secrets.

    A ``login`` that begins with ``basic=`` means Basic, except for OAuth2 (domain.md, 3.1).
    ``token_url`` and ``scope`` may be empty for Microsoft Entra ID, because they follow from the
    tenant and the system (domain.md, 3.4).
    """

    model_config = _PART

    type: AuthenticationType = AuthenticationType.NONE
    login: str | None = Field(
        default=None,
        max_length=200,
        description="User, DOMAIN\\user or user@domain. basic=user means Basic.",
    )
    tenant_id: str | None = Field(
        default=None, max_length=100, description="Tenant of Microsoft Entra ID."
    )
    client_id: str | None = Field(default=None, max_length=200)
    token_url: str | None = Field(
        default=None,
        max_length=2000,
        description="Token endpoint. Empty = Entra ID's endpoint of the tenant.",
    )
    scope: str | None = Field(
        default=None, max_length=500, description="Scope of the token. Empty = the system's own."
    )

    @property
    def scheme(self) -> AuthenticationScheme:
        """The way in which calls carry the credential."""
        scheme = _SCHEMES[self.type]
        is_basic = (self.login or "").startswith(BASIC_PREFIX)
        if is_basic and scheme is not AuthenticationScheme.OAUTH2:
            return AuthenticationScheme.BASIC
        return scheme

    @property
    def token_endpoint(self) -> str:
        """The address that issues tokens, or an empty text (domain.md, 3.4)."""
        if self.token_url:
            return self.token_url
        return f"{ENTRA_ID}/{self.tenant_id}/oauth2/v2.0/token" if self.tenant_id else ""


class Limits(BaseModel):
    """The limits of calls to the connector's back office, for all dispatcher replicas together.
    None means the system's own limit.
    """

    model_config = _PART

    calls_in_flight: int | None = Field(
        default=None,
        strict=True,
        ge=1,
        le=200,
        description="Concurrent calls. None = 5 for Business Central, else 8.",
    )
    calls_per_second: float | None = Field(
        default=None,
        strict=True,
        ge=0,
        le=10_000,
        description=(
            "Calls begun per second. 0 = unlimited. None = 20 for Business Central (6,000 in 5 "
            "minutes), else unlimited."
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
        description="Seconds for one call, response included.",
    )
    partitions: int = Field(
        default=1,
        strict=True,
        ge=1,
        le=16,
        description=(
            "Partitions of the lane, by appointment. Different dispatcher replicas may work them, "
            "each with its share of the calls."
        ),
    )


class Connector(BaseModel):
    """A stored connector.

    ``system`` and ``api_type`` stay text, because a wrong one is a status, not a crash. Fields of a
    newer version are ignored here and in the parts, because an older version reads them during an
    upgrade and after a rollback.
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
            "IANA time zone of dates without an offset, for back offices that need one "
            "(domain.md, 4.9)."
        ),
    )
    mapping: dict[str, Any] | None = Field(
        default=None, description="Differences from the default names, see contracts/mapping.py."
    )
    ca_certificate: str | None = Field(
        default=None, description="PEM of the authority that signed the back office's certificate."
    )
    header_names: tuple[str, ...] = ()
    limits: Limits = Limits()
    most_partitions: int = Field(
        default=1, description="The most partitions that any version had. Their queues are emptied."
    )
    sends_missing_create: bool = Field(
        default=True,
        description="Whether a newer version goes out as a create when the create never arrived.",
    )
    newest_only: bool = Field(
        default=False,
        description=(
            "Whether older waiting versions of an appointment are skipped when a newer one waits."
        ),
    )
    recognises_delivery_id: bool = Field(
        default=False,
        description=(
            "Whether the receiver of a webhook recognises a repeated webhook-id, so that an "
            "attempt without an answer is repeated."
        ),
    )
    missing_after_s: float = Field(
        default=600.0,
        description=(
            "Seconds after an attempt without an answer, from which a record that the back office "
            "does not show counts as missing."
        ),
    )
    applied: AppliedSettings = AppliedSettings()
    secrets: dict[str, str] = Field(
        default={}, repr=False, description="Encrypted, by name. Only the dispatcher decrypts them."
    )
    modified_at: AwareDatetime
    modified_by: str | None = Field(
        default=None,
        description=(
            "The account that saved this version. None in versions that older releases saved."
        ),
    )
    secrets_entered: dict[str, int] = Field(
        default={}, description="The version in which each secret was last entered."
    )

    @property
    def kind(self) -> tuple[str, str]:
        """System and API type."""
        return kind_of(self.system, self.api_type)

    @property
    def calls_in_flight(self) -> int:
        """Concurrent calls of all partitions."""
        return calls_in_flight_of(self.system, self.limits)

    @property
    def partitions(self) -> int:
        """The number of partitions of the lane."""
        return self.limits.partitions

    @property
    def calls_per_second(self) -> float:
        """Calls begun per second, or 0 for no limit. Business Central accepts 6,000 in five minutes
        (Microsoft's operational limits).
        """
        own = self.limits.calls_per_second
        return own if own is not None else 20.0 if self.system == BUSINESS_CENTRAL else 0.0


def kind_of(system: str | None, api_type: str | None) -> tuple[str, str]:
    """Return system and API type. A system with a single API type needs none (domain.md, 3.2)."""
    known = API_TYPES_OF.get(system or "", ())
    return system or "", api_type or (known[0] if len(known) == 1 else "")


def calls_in_flight_of(system: str | None, limits: Limits) -> int:
    """Return the number of concurrent calls.

    Business Central accepts five (Microsoft's operational limits).
    """
    return limits.calls_in_flight or (5 if system == BUSINESS_CENTRAL else 8)


def seal_context(connector_id: str, secret: str, destination: str) -> str:
    """Return the context of a sealed secret: one field of one connector, for one destination.

    ``destination`` is the digest of ``common.destinations.digest_of``.
    """
    return f"{connector_id}.{secret}.{destination}"


class ConnectorChanged(Message):
    """portal-api -> dispatcher: a connector was added, changed or disabled. Read it again."""

    version: Literal[1] = 1
    connector_id: ConnectorId


class ConnectorTestRequested(Message):
    """portal-api -> dispatcher: test this connector without sending an appointment."""

    version: Literal[1] = 1
    test_id: str
    connector_id: ConnectorId
    requested_at: AwareDatetime


class ConnectionTestStep(Message):
    """One step of a connection test. ``sentence`` holds the finding or the correction."""

    name: Literal["address", "TLS", "authentication", "endpoint"]
    passed: bool
    sentence: str


class ConnectorTested(Message):
    """dispatcher -> portal-api: the steps of a finished test. ``mapping`` holds the names from the
    back office's own description.
    """

    version: Literal[1] = 1
    test_id: str
    connector_id: ConnectorId
    steps: tuple[ConnectionTestStep, ...]
    mapping: dict[str, Any] | None = None


class LaneChanged(Message):
    """dispatcher -> portal-api: a lane is held until its next probe, or works again (``held_until``
    is None).
    """

    version: Literal[1] = 1
    connector_id: ConnectorId
    replica: str
    held_since: AwareDatetime | None
    held_until: AwareDatetime | None
    reason: str | None = None
    at: AwareDatetime
