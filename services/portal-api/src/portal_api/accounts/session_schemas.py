"""Requests and responses of the session routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from portal_api.accounts.password_policy import MAX_ENTERED, Password
from portal_api.accounts.roles import Role
from portal_api.accounts.tokens import csrf_token

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller


class SignInRequest(BaseModel):
    """The name and password of a sign-in."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"name": "admin", "password": "made-up"}},
    )

    name: str = Field(min_length=1, max_length=100)
    password: Password = Field(min_length=1, max_length=MAX_ENTERED)


class SessionResponse(BaseModel):
    """The caller's account. Send ``csrf_token`` as X-CSRF-Token with every write of a session. An
    API key has none and needs none.
    """

    name: str
    role: Role
    csrf_token: str | None
    preferences: dict[str, Any]


class NewPassword(BaseModel):
    """The present and the new password of your own account."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: Password = Field(min_length=1, max_length=MAX_ENTERED)
    new: Password = Field(description="12 to 128 characters, not the name, not easy to guess.")


def as_session(caller: Caller, token: str, preferences: str) -> SessionResponse:
    """Return the caller's session as the API shows it."""
    csrf = csrf_token(token) if caller.session_id else None
    return SessionResponse(
        name=caller.name, role=caller.role, csrf_token=csrf, preferences=json.loads(preferences)
    )
