"""``/api/api-keys``: the API keys of the caller, and for an admin those of all accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request

from common.contracts.moments import whole_milliseconds
from portal_api.accounts.api_key import DEFAULT_LIFETIME, MAX_LIFETIME, ApiKey
from portal_api.accounts.api_key_schemas import ApiKeyPage, ApiKeyResponse, CreatedApiKey, NewApiKey
from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import new_key, token_hash
from portal_api.auth.dependencies import audit_change, caller_of
from portal_api.auth.verification import VERIFIED
from portal_api.errors import ForbiddenError, InvalidFieldError
from portal_api.schemas.paging import PageQuery
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import now_in_milliseconds

if TYPE_CHECKING:
    from datetime import datetime

    from portal_api.store.api_keys import ApiKeys

MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}
CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}


def api_keys(store: ApiKeys) -> APIRouter:
    """Return the router of API keys."""
    router = APIRouter(prefix="/api-keys", tags=["API keys"])

    @router.get("")
    async def list_api_keys(request: Request, query: Annotated[PageQuery, Query()]) -> ApiKeyPage:
        """List your API keys, the newest first. An admin sees the keys of all accounts."""
        found, following = await store.page(_owner_filter(request), query.limit, query.after)
        return ApiKeyPage(
            items=[ApiKeyResponse.model_validate(key, from_attributes=True) for key in found],
            next=following,
        )

    @router.post("", status_code=201, responses=CONFLICT, dependencies=[VERIFIED])
    async def create_api_key(request: Request, new: Annotated[NewApiKey, Body()]) -> CreatedApiKey:
        """Create an API key that acts for you, with your role or a lower one.

        Each account can have fifty. A key that an API key creates ends with that key at the latest.
        """
        _refuse_non_admin_key(caller_of(request))
        key, secret = _new_key(request, new)
        await store.create(key)
        audit_change(request, key.api_key_id, after=key.audit_view())
        return CreatedApiKey(
            **ApiKeyResponse.model_validate(key, from_attributes=True).model_dump(), key=secret
        )

    @router.delete("/{api_key_id}", status_code=204, responses=MISSING, dependencies=[VERIFIED])
    async def revoke_api_key(
        request: Request, api_key_id: Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
    ) -> None:
        """Revoke an API key. It is refused from now on."""
        _refuse_non_admin_key(caller_of(request))
        key = await store.revoke(api_key_id, _owner_filter(request))
        audit_change(request, api_key_id, before=key.audit_view())

    return router


def _owner_filter(request: Request) -> str | None:
    caller = caller_of(request)
    return None if caller.role is Role.ADMIN else caller.name


def _refuse_non_admin_key(caller: Caller) -> None:
    """Raise ForbiddenError for an API key without the role admin.

    A stolen key must not be able to create its own successor, or to revoke the other keys.
    """
    if caller.session_id is None and caller.role is not Role.ADMIN:
        raise ForbiddenError(
            "Sign in to create or revoke API keys, or use an API key with the role admin"
        )


def _new_key(request: Request, new: NewApiKey) -> tuple[ApiKey, str]:
    """Return the API key as it is stored, and its secret.

    Raises ForbiddenError and InvalidFieldError.
    """
    caller, now = caller_of(request), now_in_milliseconds()
    if not caller.role.may(new.role):
        raise ForbiddenError(f"A key may have at most your own role, {caller.role}")
    generated = new_key()
    key = ApiKey(
        api_key_id=generated.api_key_id,
        name=new.name,
        role=new.role,
        owner=caller.name,
        hash=token_hash(generated.key),
        created_at=now,
        expires_at=_end_of(new, caller, now),
    )
    return key, generated.key


def _end_of(new: NewApiKey, caller: Caller, now: datetime) -> datetime | None:
    """Return the end of a new key, in whole milliseconds. Raises InvalidFieldError.

    A stolen key must not be able to create a successor that outlives it.
    """
    latest = None if caller.role is Role.ADMIN else now + MAX_LIFETIME
    if caller.expires_at is not None:
        latest = min(latest or caller.expires_at, caller.expires_at)
    if "expires_at" not in new.model_fields_set:
        default = now + DEFAULT_LIFETIME
        return min(default, latest) if latest else default
    if new.expires_at is None:
        if latest is not None:
            raise InvalidFieldError("expires_at", f"is needed, at most {latest:%Y-%m-%dT%H:%M:%SZ}")
        return None
    if new.expires_at <= now:
        raise InvalidFieldError("expires_at", "must be in the future")
    if latest is not None and new.expires_at > latest:
        raise InvalidFieldError("expires_at", f"must be at most {latest:%Y-%m-%dT%H:%M:%SZ}")
    return whole_milliseconds(new.expires_at)
