"""What an administrator enters, and what is wrong with it."""

from __future__ import annotations

import json
import re
import ssl
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from common.contracts.appointment import Action
from common.contracts.connector import (
    SECRETS,
    Authentication,
    Limits,
    calls_in_flight_of,
    kind_of,
)
from common.contracts.mapping import MAPPINGS

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
"""A header's name (RFC 9110, 5.6.2)."""
OURS = {
    "host",
    "content-type",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "user-agent",
    "soapaction",
}


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("is no IANA time zone, such as Europe/Brussels") from None
    return name


def _certificate(pem: str | None) -> str | None:
    try:
        if pem:
            ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, TypeError, ValueError):  # a TypeError for what is not ASCII
        raise ValueError(
            "is no certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----"
        ) from None
    return pem or None


def _headers(headers: dict[str, SecretStr] | None) -> dict[str, SecretStr] | None:
    for name, value in (headers or {}).items():
        if not _HEADER.fullmatch(name) or name.lower() in OURS:
            raise ValueError(f"{name!r} is no header that may be added")
        if not value.get_secret_value().isprintable():
            raise ValueError(f"the value of {name} must be printable and on one line")
    return headers


def _check_mapping(mapping: dict[str, Any], kind: tuple[str, str]) -> None:
    if kind not in MAPPINGS:
        raise ValueError("mapping: this system and API type have no names to map")
    try:
        MAPPINGS[kind].model_validate(mapping)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ValueError(f"mapping.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


class ConnectorFields(BaseModel):
    """A connector as it is entered. System, API type and URI may be empty or wrong: deliveries then
    say which to mend.

    Secrets are write-only: left out they stay as they are, an empty one is removed.
    """

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "example": {
                "name": "Service orders",
                "source_app": "CRONUSINTERNATIONALLTD.",
                "system": "Business Central",
                "api_type": "SOAP",
                "uri": (
                    "https://bc.cronus.example:7047/BC/WS/"
                    "CRONUS%20International%20Ltd./Page/Appointment"
                ),
                "authentication": {"type": "Basic", "login": "DIME"},
                "password": "made-up",
            }
        },
    )

    name: str = Field(min_length=1, max_length=100)
    description: str | None = Field(default=None, max_length=1000)
    source_app: str = Field(
        min_length=1,
        max_length=30,
        description="Must equal the Source App of the jobs (domain: nvarchar(30)).",
    )
    source_type: str | None = Field(
        default=None,
        max_length=10,
        description="Only appointments of this Source Type; empty = all.",
    )
    enabled: StrictBool = True
    system: str | None = Field(
        default=None, max_length=50, description="Business Central, NAV, CRM or Webhook."
    )
    api_type: str | None = Field(
        default=None, max_length=20, description="SOAP or REST; Business Central has both."
    )
    uri: str | None = Field(default=None, max_length=2000)
    actions: list[Action] = Field(
        default=[Action.CREATE, Action.UPDATE, Action.DELETE], max_length=3
    )
    authentication: Authentication = Authentication()
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC",
        description="IANA zone of dates without an offset, for all systems but Webhook.",
    )
    mapping: dict[str, Any] | None = Field(
        default=None,
        description="Names that differ from the defaults of the system; see the operations guide.",
    )
    ca_certificate: Annotated[str | None, AfterValidator(_certificate)] = Field(
        default=None,
        max_length=50_000,
        description="PEM of the authority to trust instead of the public ones.",
    )
    limits: Limits = Limits()
    sends_missing_create: StrictBool = Field(
        default=True,
        description=(
            "Whether a newer version of an appointment is sent as a create when the back office "
            "never got the create."
        ),
    )
    password: SecretStr | None = Field(default=None, max_length=500, description="Of the login.")
    client_secret: SecretStr | None = Field(
        default=None, max_length=500, description="Of the client id."
    )
    signing_secret: SecretStr | None = Field(
        default=None, max_length=500, description="Signs webhooks."
    )
    headers: Annotated[dict[str, SecretStr] | None, AfterValidator(_headers)] = Field(
        default=None,
        max_length=20,
        description="Extra headers; their values are kept like secrets.",
    )

    @model_validator(mode="after")
    def _mapping_fits(self) -> Self:
        """Refuse names that the system does not have."""
        if self.mapping is not None:
            _check_mapping(self.mapping, kind_of(self.system, self.api_type))
        return self

    @model_validator(mode="after")
    def _partitions_fit(self) -> Self:
        """Refuse more partitions than calls: each partition makes at least one at a time."""
        calls = calls_in_flight_of(self.system, self.limits)
        if self.limits.partitions > calls:
            message = f"must not be more than the calls in flight ({calls})"
            raise ValidationError.from_exception_data(
                "limits",
                [
                    InitErrorDetails(
                        type=PydanticCustomError("partitions", "{message}", {"message": message}),
                        loc=("limits", "partitions"),
                        input=None,
                    )
                ],
            )
        return self

    def kept(self) -> dict[str, Any]:
        """Return what is stored as it is."""
        fields = self.model_dump(exclude={*SECRETS, "version"})
        return fields if self.headers is None else fields | {"header_names": sorted(self.headers)}

    def secrets(self) -> dict[str, str]:
        """Return the secrets that were entered; an empty one is to be removed."""
        entered = {
            name: getattr(self, name).get_secret_value()
            for name in SECRETS
            if name != "headers" and getattr(self, name) is not None
        }
        if self.headers is not None:
            values = {name: value.get_secret_value() for name, value in self.headers.items()}
            entered["headers"] = json.dumps(values) if values else ""
        return entered


class ConnectorChange(ConnectorFields):
    """The whole connector, with the version it was read at."""

    version: int = Field(
        strict=True, ge=1, description="The version you read; another one now is answered 409."
    )
