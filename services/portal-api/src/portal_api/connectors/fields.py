"""The fields that an administrator enters, and their checks."""

from __future__ import annotations

import json
from typing import Any, Self

from pydantic import (
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    model_validator,
)

from common.address import split_query
from common.contracts.applied import AppliedSettings
from common.contracts.appointment import Action
from common.contracts.connector import (
    QUERIES,
    SECRETS,
    Authentication,
    AuthenticationScheme,
    Limits,
    calls_in_flight_of,
    kind_of,
)
from portal_api.connectors.applied_settings import EnteredApplied, applied_refusal
from portal_api.connectors.entered import (
    AsAddress,
    AsCertificate,
    AsQuery,
    AsSecret,
    AsTimeZone,
    EnteredAuthentication,
    EnteredLimits,
    Readable,
    refusal,
)
from portal_api.connectors.http_rules import check_headers
from portal_api.connectors.system_fields import SystemFields

STORE_FIELDS = {
    "connector_id",
    "version",
    "modified_at",
    "modified_by",
    "most_partitions",
    "secrets",
    "secrets_entered",
}
"""The fields of a stored connector that only the store sets. ``secrets`` holds sealed secrets."""


class ConnectorFields(SystemFields):
    """The fields of a connector. System, API type and URI may be empty or wrong. Deliveries then
    fail with the name of the field to correct.

    Secrets are write-only. An omitted secret stays, and an empty one is removed.
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

    name: Readable = Field(min_length=1, max_length=100)
    description: Readable | None = Field(default=None, max_length=1000)
    source_app: str = Field(
        min_length=1,
        max_length=30,
        description="Must equal the Source App of the jobs, at most 30 characters.",
    )
    source_type: str | None = Field(
        default=None,
        max_length=10,
        description="Only appointments with this Source Type. Empty selects all.",
    )
    enabled: StrictBool = True
    uri: AsAddress = Field(
        default=None,
        max_length=2000,
        description=(
            "Called exactly as entered. A query in it is stored as the secret uri_query, and "
            "answers show the address without it."
        ),
    )
    actions: list[Action] = Field(
        default=[Action.CREATE, Action.UPDATE, Action.DELETE], max_length=3
    )
    authentication: EnteredAuthentication = Authentication()
    time_zone: AsTimeZone = Field(
        default="UTC",
        description="IANA time zone of dates without an offset, for all systems but Webhook.",
    )
    ca_certificate: AsCertificate = Field(
        default=None,
        max_length=50_000,
        description=(
            "Certificate of the authority to trust instead of the public authorities, in PEM."
        ),
    )
    limits: EnteredLimits = Limits()
    applied: EnteredApplied = Field(
        default=AppliedSettings(),
        description=(
            "The questions for the state of records after Success (docs/applied.md), off by "
            "default. Null means the default name or values of the preset."
        ),
    )
    password: AsSecret = Field(
        default=None, max_length=500, description="The password of the login."
    )
    client_secret: AsSecret = Field(
        default=None, max_length=500, description="The secret of the client id."
    )
    signing_secret: AsSecret = Field(
        default=None, max_length=500, description="The secret that signs webhooks."
    )
    uri_query: AsQuery = Field(
        default=None,
        max_length=2000,
        description="The query of the URI, without its question mark. Kept like a secret.",
    )
    token_query: AsQuery = Field(
        default=None,
        max_length=2000,
        description="The query of the token URL, without its question mark. Kept like a secret.",
    )
    headers: dict[str, SecretStr] | None = Field(
        default=None,
        max_length=20,
        description="Extra headers. Their values are stored like secrets.",
    )

    @model_validator(mode="after")
    def _headers_fit(self) -> Self:
        """Refuse headers that the connector sets itself, and headers that HTTP cannot carry."""
        is_authenticated = self.authentication.scheme is not AuthenticationScheme.NONE
        try:
            check_headers(self._header_values(), self.system, is_authenticated=is_authenticated)
        except ValueError as error:
            raise refusal(("headers",), str(error)) from None
        return self

    @model_validator(mode="after")
    def _applied_fits(self) -> Self:
        """Refuse a preset of another system, and an address at another server."""
        found = applied_refusal(self.applied, kind_of(self.system, self.api_type), self.uri)
        if found is not None:
            raise found
        return self

    @model_validator(mode="after")
    def _partitions_fit(self) -> Self:
        """Refuse more partitions than calls in flight, because each partition makes at least one
        call at a time.
        """
        calls = calls_in_flight_of(self.system, self.limits)
        if self.limits.partitions > calls:
            raise refusal(
                ("limits", "partitions"), f"must not be more than the calls in flight ({calls})"
            )
        return self

    @model_validator(mode="after")
    def _queries_fit(self) -> Self:
        """Refuse a query that is entered twice, as a part of its address and by itself."""
        for name in self._queries():
            if getattr(self, name) is not None:
                raise refusal((name,), f"is entered twice: {QUERIES[name]} has a query as well")
        return self

    def stored_fields(self) -> dict[str, Any]:
        """Return the fields that are stored without sealing. Addresses have no query there. An
        omitted ``newest_only`` is left out.
        """
        omitted = {"newest_only"} if self.newest_only is None else set()
        fields = self.model_dump(exclude={*SECRETS, "version", *omitted})
        for part, name in ((fields, "uri"), (fields["authentication"], "token_url")):
            part[name] = part[name] and split_query(part[name])[0]
        return fields if self.headers is None else fields | {"header_names": sorted(self.headers)}

    def secrets(self) -> dict[str, str]:
        """Return the entered secrets. An empty one is to be removed."""
        entered = {
            name: getattr(self, name).get_secret_value()
            for name in SECRETS
            if name != "headers" and getattr(self, name) is not None
        }
        if self.headers is not None:
            values = self._header_values()
            entered["headers"] = json.dumps(values) if values else ""
        return entered | self._queries()

    def _queries(self) -> dict[str, str]:
        """Return the queries that were entered as a part of their address, by secret."""
        addresses = {"uri_query": self.uri, "token_query": self.authentication.token_url}
        queries = {name: split_query(address or "")[1] for name, address in addresses.items()}
        return {name: query for name, query in queries.items() if query}

    def _header_values(self) -> dict[str, str]:
        return {name: value.get_secret_value() for name, value in (self.headers or {}).items()}


class ConnectorChange(ConnectorFields):
    """The whole connector, with the version that the client read."""

    version: int = Field(
        strict=True,
        ge=1,
        description=(
            "The version that you read. If the connector has another version by now, the answer "
            "is 409."
        ),
    )
