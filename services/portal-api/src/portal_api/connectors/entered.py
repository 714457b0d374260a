"""The parts of a connector as they are entered: unknown fields are refused, and texts that HTTP
cannot carry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from common.contracts.connector import Authentication, AuthenticationType, Limits
from portal_api.connectors.http_rules import check_address, check_text, check_web_address

if TYPE_CHECKING:
    from pydantic import SecretStr

BASIC_PREFIX = "basic="
"""Of a login that means Basic in any case (domain.md, 3.1)."""


def refusal(field: tuple[str, ...], message: str) -> ValidationError:
    """Return the error of one field, to be raised by a validator of the whole."""
    reason = PydanticCustomError("refused", "{message}", {"message": message})
    return ValidationError.from_exception_data(
        field[-1], [InitErrorDetails(type=reason, loc=field, input=None)]
    )


def _text(text: str | None) -> str | None:
    check_text(text or "")
    return text


def _secret(secret: SecretStr | None) -> SecretStr | None:
    check_text(secret.get_secret_value() if secret else "")
    return secret


def _address(uri: str | None) -> str | None:
    check_address(uri or "")
    return uri


def _web_address(url: str | None) -> str | None:
    if url:
        check_web_address(url)
    return url


OneLine = Annotated[str | None, AfterValidator(_text)]
Address = Annotated[str | None, AfterValidator(_address)]
WebAddress = Annotated[str | None, AfterValidator(_web_address)]
AsSecret = AfterValidator(_secret)
"""A secret is used exactly as it was entered, blanks included."""


class EnteredAuthentication(Authentication):
    """Who the calls are made for, without the secrets; texts are used exactly as entered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    login: OneLine = Field(
        default=None,
        max_length=200,
        description="User, DOMAIN\\user or user@domain; basic=user means Basic.",
    )
    tenant_id: str | None = Field(
        default=None,
        max_length=100,
        pattern=r"^[A-Za-z0-9.-]*$",
        description="Tenant of Microsoft Entra ID: its id or its domain.",
    )
    client_id: OneLine = Field(default=None, max_length=200)
    token_url: WebAddress = Field(
        default=None,
        max_length=2000,
        description="Token endpoint; empty = Entra ID's of the tenant.",
    )
    scope: OneLine = Field(
        default=None, max_length=500, description="Scope of the token; empty = the system's own."
    )

    @property
    def is_basic(self) -> bool:
        """Whether calls carry login and password."""
        is_older = (self.login or "").startswith(BASIC_PREFIX)
        return is_older or self.type is AuthenticationType.BASIC

    @model_validator(mode="after")
    def _login_fits(self) -> Self:
        """Refuse a user name that Basic cannot tell from the password (RFC 7617, 2)."""
        if self.is_basic and ":" in (self.login or ""):
            raise refusal(("login",), "must not have a colon: Basic ends the user name there")
        return self


class EnteredLimits(Limits):
    """How much this connector's back office is called; none = the system's own limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")
