"""``/api/api-keys``: one's own API keys; administrators see and revoke everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from portal_api.accounts.api_key import ApiKey
from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import hashed, new_key
from portal_api.auth.dependencies import caller_of, noted
from portal_api.errors import ForbiddenError, InvalidFieldError
from portal_api.schemas.paging import Paged, Shown
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import Instant, Moment, in_milliseconds, this_moment

if TYPE_CHECKING:
    from portal_api.store.api_keys import ApiKeys

MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


class ApiKeyShown(Shown):
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


class ApiKeyMade(ApiKeyShown):
    """A new key: keep it, it is not told again."""

    key: str


class ApiKeyPage(BaseModel):
    """One page of keys."""

    items: list[ApiKeyShown]
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


def api_keys(store: ApiKeys) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api-keys", tags=["API keys"])

    @router.get("")
    async def list_api_keys(request: Request, query: Annotated[Paged, Query()]) -> ApiKeyPage:
        """List your keys, the newest first; an admin sees everybody's."""
        found, following = await store.page(_whose(request), query.limit, query.after)
        return ApiKeyPage(
            items=[ApiKeyShown.model_validate(key, from_attributes=True) for key in found],
            next=following,
        )

    @router.post("", status_code=201)
    async def create_api_key(
        request: Request, response: Response, new: Annotated[NewApiKey, Body()]
    ) -> ApiKeyMade:
        """Make a key that acts for you, with your role or a lesser one."""
        _refuse_lesser_keys(caller_of(request))
        key, secret = _made(request, new)
        await store.create(key)
        noted(request, key.api_key_id, after=key.told())
        response.headers["Cache-Control"] = "no-store"
        return ApiKeyMade(
            **ApiKeyShown.model_validate(key, from_attributes=True).model_dump(), key=secret
        )

    @router.delete("/{api_key_id}", status_code=204, responses=MISSING)
    async def revoke_api_key(
        request: Request, api_key_id: Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
    ) -> None:
        """Revoke a key: it is refused from now on."""
        _refuse_lesser_keys(caller_of(request))
        key = await store.revoke(api_key_id, _whose(request))
        noted(request, api_key_id, before=key.told())

    return router


def _whose(request: Request) -> str | None:
    caller = caller_of(request)
    return None if caller.role is Role.ADMIN else caller.name


def _refuse_lesser_keys(caller: Caller) -> None:
    """A key that got into wrong hands must not be able to make itself a successor, nor
    to end the others.
    """
    if caller.session_id is None and caller.role is not Role.ADMIN:
        raise ForbiddenError(
            "Keys are made and revoked by whoever is signed in, or with an admin's key"
        )


def _made(request: Request, new: NewApiKey) -> tuple[ApiKey, str]:
    """Return the key as it is kept, and as it is told; raises ForbiddenError and
    InvalidFieldError.
    """
    caller, now = caller_of(request), this_moment()
    if not caller.role.may(new.role):
        raise ForbiddenError(f"A key may have at most your own role, {caller.role}")
    if new.expires_at is not None and new.expires_at <= now:
        raise InvalidFieldError("expires_at", "must be in the future")
    made, expires_at = new_key(), new.expires_at and in_milliseconds(new.expires_at)
    return ApiKey(
        made.api_key_id, new.name, new.role, caller.name, hashed(made.key), now, expires_at
    ), made.key
