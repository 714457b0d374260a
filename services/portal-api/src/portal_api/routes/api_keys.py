"""``/api/api-keys``: one's own API keys; administrators see and revoke everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response

from common.contracts.moments import whole_milliseconds
from portal_api.accounts.api_key import ApiKey
from portal_api.accounts.api_key_schemas import ApiKeyPage, ApiKeyResponse, CreatedApiKey, NewApiKey
from portal_api.accounts.roles import Caller, Role
from portal_api.accounts.tokens import hashed, new_key
from portal_api.auth.dependencies import audit_change, caller_of
from portal_api.errors import ForbiddenError, InvalidFieldError
from portal_api.schemas.paging import PageQuery
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import now_in_milliseconds

if TYPE_CHECKING:
    from portal_api.store.api_keys import ApiKeys

MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


def api_keys(store: ApiKeys) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/api-keys", tags=["API keys"])

    @router.get("")
    async def list_api_keys(request: Request, query: Annotated[PageQuery, Query()]) -> ApiKeyPage:
        """List your keys, the newest first; an admin sees everybody's."""
        found, following = await store.page(_whose(request), query.limit, query.after)
        return ApiKeyPage(
            items=[ApiKeyResponse.model_validate(key, from_attributes=True) for key in found],
            next=following,
        )

    @router.post("", status_code=201)
    async def create_api_key(
        request: Request, response: Response, new: Annotated[NewApiKey, Body()]
    ) -> CreatedApiKey:
        """Make a key that acts for you, with your role or a lesser one."""
        _refuse_lesser_keys(caller_of(request))
        key, secret = _made(request, new)
        await store.create(key)
        audit_change(request, key.api_key_id, after=key.audit_view())
        response.headers["Cache-Control"] = "no-store"
        return CreatedApiKey(
            **ApiKeyResponse.model_validate(key, from_attributes=True).model_dump(), key=secret
        )

    @router.delete("/{api_key_id}", status_code=204, responses=MISSING)
    async def revoke_api_key(
        request: Request, api_key_id: Annotated[str, Path(pattern="^[0-9a-f]{12}$")]
    ) -> None:
        """Revoke a key: it is refused from now on."""
        _refuse_lesser_keys(caller_of(request))
        key = await store.revoke(api_key_id, _whose(request))
        audit_change(request, api_key_id, before=key.audit_view())

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
    caller, now = caller_of(request), now_in_milliseconds()
    if not caller.role.may(new.role):
        raise ForbiddenError(f"A key may have at most your own role, {caller.role}")
    if new.expires_at is not None and new.expires_at <= now:
        raise InvalidFieldError("expires_at", "must be in the future")
    made, expires_at = new_key(), new.expires_at and whole_milliseconds(new.expires_at)
    return ApiKey(
        made.api_key_id, new.name, new.role, caller.name, hashed(made.key), now, expires_at
    ), made.key
