"""The authentication that a back office requires of its callers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from common.problem import field_errors
from simulator.errors import InvalidFieldError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LoginRequirement(_Strict):
    """A login with its password."""

    type: Literal["Basic", "NTLM", "Negotiate"]
    login: str = Field(
        min_length=1,
        max_length=300,
        description=(
            "The user. For NTLM and Negotiate with a domain, as DOMAIN\\user or user@domain."
        ),
    )
    password: SecretStr = Field(max_length=1000)


class TokenRequirement(_Strict):
    """A bearer token that this back office's own token endpoint issued."""

    type: Literal["OAuth2"]
    client_id: str = Field(min_length=1, max_length=300)
    client_secret: SecretStr = Field(min_length=1, max_length=1000)
    client_secret_in: Literal["body", "basic"] = Field(
        description="The part of the request that must hold the client's id and secret."
    )
    scope: str = Field(min_length=1, max_length=1000)
    token_lifetime_s: int = Field(
        default=3600, ge=1, le=86_400, description="Lifetime of a token, in seconds."
    )


Requirement = Annotated[LoginRequirement | TokenRequirement, Field(discriminator="type")]
_REQUIREMENT: TypeAdapter[LoginRequirement | TokenRequirement] = TypeAdapter(Requirement)


def read_requirement(body: bytes) -> LoginRequirement | TokenRequirement:
    """Return the requirement of a JSON text. Raises InvalidFieldError."""
    try:
        return _REQUIREMENT.validate_json(body)
    except ValidationError as error:
        raise InvalidFieldError(
            field_errors(
                [
                    {**e, "loc": _field(e["type"], e["loc"])}
                    for e in error.errors(include_url=False, include_input=False)
                ]
            )
        ) from None


def _field(kind: str, location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return the field's own name. pydantic puts the chosen type before it, and names no field when
    the type is missing.
    """
    return ("type",) if kind.startswith("union_tag") else location[1:]
