"""Requests and responses of the routes of verification and of the second factor."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from portal_api.accounts.password_policy import MAX_LENGTH, Password
from portal_api.schemas.types import Instant

MAX_CODE = 64
_CODE = "Six digits of your authenticator app, or one of your recovery codes."
Code = Annotated[Password, Field(min_length=1, max_length=MAX_CODE, description=_CODE)]
"""A code as the user entered it."""


class CodeRequest(BaseModel):
    """A code of the second factor."""

    model_config = ConfigDict(
        extra="forbid", hide_input_in_errors=True, json_schema_extra={"example": {"code": "123456"}}
    )

    code: Code


class Verification(BaseModel):
    """Your password, and a code if your account has a second factor."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: Password = Field(min_length=1, max_length=MAX_LENGTH)
    code: Password = Field(
        default=SecretStr(""),
        max_length=MAX_CODE,
        description=f"{_CODE} Needed if your account has a second factor.",
    )


class PendingSignInResponse(BaseModel):
    """The password was right, and the account has a second factor. Send a code to
    `POST /api/session/code` with the cookie of this response.
    """

    expires_at: Instant = Field(description="The end of the time for the code.")


class SecondFactorState(BaseModel):
    """The second factor of your account."""

    enrolled_at: Instant | None = Field(description="None without a second factor.")
    recovery_codes_left: int = Field(description="The number of unused recovery codes.")
    is_required: bool = Field(description="Whether your account needs a second factor.")


class SecondFactorOffered(BaseModel):
    """A secret for an authenticator app. Confirm it with a first code within 15 minutes."""

    secret: str = Field(description="The secret in base32, to enter by hand.")
    uri: str = Field(description="The same secret as an `otpauth` address.")
    qr_code: str = Field(description="The address as a QR code, a `data:` address of an SVG image.")


class RecoveryCodesResponse(BaseModel):
    """Codes for a lost phone. Each is valid once. Store them, because they are not shown again."""

    recovery_codes: list[str]
