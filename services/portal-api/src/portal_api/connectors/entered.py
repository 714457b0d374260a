"""The entered parts of a connector. Unknown fields, and texts that HTTP cannot carry, are
refused.
"""

from __future__ import annotations

import re
import ssl
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from common.contracts.connector import Authentication, AuthenticationScheme, Limits
from portal_api.connectors.http_rules import (
    check_account,
    check_address,
    check_readable,
    check_text,
    check_web_address,
)

_TENANT = re.compile(r"[A-Za-z0-9.-]*")


def refusal(field: tuple[str, ...], message: str) -> ValidationError:
    """Return a ValidationError of one field, for a validator of the whole model."""
    reason = PydanticCustomError("refused", "{message}", {"message": message})
    return ValidationError.from_exception_data(
        field[-1], [InitErrorDetails(type=reason, loc=field, input=None)]
    )


class _Authentication(Authentication):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("login", "client_id", "scope")
    @classmethod
    def _is_one_line(cls, text: str | None) -> str | None:
        check_account(text or "")
        return text

    @field_validator("tenant_id")
    @classmethod
    def _is_tenant(cls, tenant: str | None) -> str | None:
        """Check the tenant, because it is a part of the token endpoint's address."""
        if not _TENANT.fullmatch(tenant or ""):
            raise ValueError("must be the id or the domain of a tenant")
        return tenant

    @field_validator("token_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url:
            check_web_address(url)
        return url

    @model_validator(mode="after")
    def _login_fits(self) -> Self:
        """Refuse a user name that Basic cannot separate from the password (RFC 7617, 2)."""
        if self.scheme is AuthenticationScheme.BASIC and ":" in (self.login or ""):
            raise refusal(("login",), "must not have a colon: Basic ends the user name there")
        return self


class _Limits(Limits):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _check_uri(uri: str | None) -> str | None:
    check_address(uri or "")
    return uri


def _check_readable(text: str | None) -> str | None:
    check_readable(text or "")
    return text


def _check_query(query: SecretStr | None) -> SecretStr | None:
    text = query.get_secret_value() if query else ""
    if "#" in text or text.startswith("?"):
        raise ValueError("must be the text after the question mark, with # written as %23")
    return query


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError("is not an IANA time zone such as Europe/Brussels") from None
    return name


def _check_certificate(pem: str | None) -> str | None:
    if "PRIVATE KEY-----" in (pem or ""):
        raise ValueError(
            "must not hold a private key: enter the certificates of the authority alone, and "
            "replace the key, because it was sent to this server"
        )
    try:
        if pem:
            ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, TypeError, ValueError):  # TypeError means text that is not ASCII
        raise ValueError(
            "is not a certificate in PEM: it must begin with -----BEGIN CERTIFICATE-----"
        ) from None
    return pem or None


def _check_secret(secret: SecretStr | None) -> SecretStr | None:
    check_text(secret.get_secret_value() if secret else "")
    return secret


Readable = Annotated[str, AfterValidator(_check_readable)]
"""A text that every user reads. A secret in it is refused where it is certain."""
AsAddress = Annotated[str | None, AfterValidator(_check_uri)]
AsTimeZone = Annotated[str, AfterValidator(_check_time_zone)]
AsCertificate = Annotated[str | None, AfterValidator(_check_certificate)]
AsSecret = Annotated[SecretStr | None, AfterValidator(_check_secret)]
"""A secret is used exactly as entered, including blanks."""
AsQuery = Annotated[SecretStr | None, AfterValidator(_check_secret), AfterValidator(_check_query)]
"""The query of an address, which is a secret."""
EnteredAuthentication = Annotated[Authentication, BeforeValidator(_Authentication.model_validate)]
EnteredLimits = Annotated[Limits, BeforeValidator(_Limits.model_validate)]
"""The stored model, with stricter rules for entered values."""
