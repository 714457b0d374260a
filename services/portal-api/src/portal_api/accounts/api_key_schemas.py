"""Responses of the API key routes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from portal_api.accounts.roles import Role
from portal_api.schemas.paging import ResponseModel
from portal_api.schemas.types import Instant, Moment


class ApiKeyResponse(ResponseModel):
    """A key as it is listed; the key itself is told once, when it is made."""

    api_key_id: str
    name: str
    role: Role
    owner: str
    created_at: Instant
    expires_at: Instant | None = None
    used_at: Instant | None = Field(
        default=None, description="When it was last used, give or take a minute."
    )


class CreatedApiKey(ApiKeyResponse):
    """A new key: keep it, it is not told again."""

    key: str


class ApiKeyPage(BaseModel):
    """One page of keys."""

    items: list[ApiKeyResponse]
    next: str | None


class NewApiKey(BaseModel):
    """A key to make."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "nightly export",
                "role": "viewer",
                "expires_at": "2030-01-01T00:00:00Z",
            }
        },
    )

    name: str = Field(min_length=1, max_length=100, description="What it is for.")
    role: Role = Field(description="At most your own.")
    expires_at: Moment | None = Field(
        default=None, description="None: it lives until it is revoked."
    )
