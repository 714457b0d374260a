"""Requests and responses of the session routes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from portal_api.accounts.notice import NoticeKind
from portal_api.accounts.password_policy import MAX_ENTERED, Password
from portal_api.accounts.roles import Role
from portal_api.accounts.session import Restriction
from portal_api.accounts.tokens import csrf_token
from portal_api.accounts.user import AccountKind
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.accounts.roles import Caller
    from portal_api.accounts.session import Session
    from portal_api.accounts.user import User


class SignInRequest(BaseModel):
    """The name and password of a sign-in."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={"example": {"name": "admin", "password": "made-up"}},
    )

    name: str = Field(min_length=1, max_length=100)
    password: Password = Field(min_length=1, max_length=MAX_ENTERED)


class NoticeResponse(ResponseModel):
    """An act of another person on your account."""

    kind: NoticeKind
    at: Instant
    by: str | None = Field(default=None, description="The account, setting or command that acted.")
    count: int | None = Field(default=None, description="The number of failed sign-ins.")


class SessionResponse(BaseModel):
    """The caller's account. Send ``csrf_token`` as X-CSRF-Token with every write of a session. An
    API key has none and needs none.
    """

    name: str
    role: Role
    csrf_token: str | None
    preferences: dict[str, Any]
    kind: AccountKind | None = Field(
        default=None,
        description="How the account signs in. None for the API key of the settings.",
    )
    restriction: Restriction | None = Field(
        default=None,
        description=(
            "The step that you must take before this session may do anything else: change the "
            "password, or enrol a second factor."
        ),
    )
    has_second_factor: bool = Field(
        default=False, description="Whether a verification of your account needs a code."
    )
    notices: list[NoticeResponse] = Field(
        default=[], description="Acts of others on your account, the oldest first."
    )


class NewPassword(BaseModel):
    """The present and the new password of your own account."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    old: Password = Field(min_length=1, max_length=MAX_ENTERED)
    new: Password = Field(description="12 to 128 characters, not the name, not easy to guess.")
    revoke_api_keys: StrictBool = Field(
        default=True, description="Whether all API keys of your account are revoked too."
    )


class ListedSession(BaseModel):
    """One of your sessions."""

    session_id: str
    created_at: Instant
    seen_at: Instant = Field(description="The last use, to the minute.")
    address: str = Field(description="The address of the last use.")
    browser: str
    is_current: bool


class SessionList(BaseModel):
    """Your sessions, the newest first."""

    items: list[ListedSession]


def as_session(caller: Caller, token: str, user: User | None) -> SessionResponse:
    """Return the caller's session as the API shows it. The key of the setting has no account."""
    is_session = caller.session_id is not None
    return SessionResponse(
        name=caller.name,
        role=caller.role,
        csrf_token=csrf_token(token) if is_session else None,
        preferences=json.loads(user.preferences) if user else {},
        kind=user.kind if user else None,
        restriction=Restriction(caller.restriction) if caller.restriction else None,
        has_second_factor=user is not None and user.second_factor is not None,
        notices=[
            NoticeResponse.model_validate(notice, from_attributes=True)
            for notice in (user.notices if user and is_session else ())
        ],
    )


def as_listed_session(session: Session, current_id: str) -> ListedSession:
    """Return one of the caller's sessions as the API shows it."""
    return ListedSession(
        session_id=session.public_id,
        created_at=session.created_at,
        seen_at=session.seen_at,
        address=session.address,
        browser=session.browser,
        is_current=session.session_id == current_id,
    )
