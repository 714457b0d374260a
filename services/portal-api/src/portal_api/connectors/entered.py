"""The entered parts of a connector. Unknown fields, and texts that HTTP cannot carry, are
refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from common.contracts.connector import Authentication, AuthenticationType, Limits
from portal_api.connectors.http_rules import check_text, check_web_address

if TYPE_CHECKING:
    from pydantic import SecretStr

BASIC_PREFIX = "basic="
"""Prefix of a login that always means Basic authentication (domain.md, 3.1)."""
_TENANT = re.compile(r"[A-Za-z0-9.-]*")


def refusal(field: tuple[str, ...], message: str) -> ValidationError:
    """Return a ValidationError of one field, for a validator of the whole model."""
    reason = PydanticCustomError("refused", "{message}", {"message": message})
    return ValidationError.from_exception_data(
        field[-1], [InitErrorDetails(type=reason, loc=field, input=None)]
    )


def is_basic(authentication: Authentication) -> bool:
    """Whether calls carry login and password."""
    has_basic_prefix = (authentication.login or "").startswith(BASIC_PREFIX)
    return has_basic_prefix or authentication.type is AuthenticationType.BASIC


class _Authentication(Authentication):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    @field_validator("login", "client_id", "scope")
    @classmethod
    def _is_one_line(cls, text: str | None) -> str | None:
        check_text(text or "")
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
        if is_basic(self) and ":" in (self.login or ""):
            raise refusal(("login",), "must not have a colon: Basic ends the user name there")
        return self


class _Limits(Limits):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _check_secret(secret: SecretStr | None) -> SecretStr | None:
    check_text(secret.get_secret_value() if secret else "")
    return secret


AsSecret = AfterValidator(_check_secret)
"""A secret is used exactly as entered, including blanks."""
EnteredAuthentication = Annotated[Authentication, BeforeValidator(_Authentication.model_validate)]
EnteredLimits = Annotated[Limits, BeforeValidator(_Limits.model_validate)]
"""The stored model, with stricter rules for entered values."""
