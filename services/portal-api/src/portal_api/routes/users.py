"""``/api/users``: the accounts, for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import StreamingResponse

from portal_api.accounts.password_policy import SAME
from portal_api.accounts.roles import Role
from portal_api.accounts.user import UserName
from portal_api.accounts.user_schemas import (
    NewUser,
    PasswordReset,
    UserChange,
    UserExportQuery,
    UserPage,
    UserQuery,
    UserResponse,
)
from portal_api.auth.audited_download import audited_download
from portal_api.auth.dependencies import audit_change, require_role
from portal_api.errors import InvalidFieldError
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


def users(store: Users, sign_ins: SignIns, hasher: PasswordHasher) -> APIRouter:
    """Return the router of accounts."""
    router = APIRouter(prefix="/users", tags=["Users"], dependencies=[require_role(Role.ADMIN)])

    @router.get("")
    async def list_users(query: Annotated[UserQuery, Query()]) -> UserPage:
        """List the accounts, by name unless `sort` names another order."""
        found, following = await store.page(query.page())
        return UserPage(items=[UserResponse.model_validate(user) for user in found], next=following)

    @router.get("/export", response_class=StreamingResponse, responses=DOWNLOAD_RESPONSES)
    async def export_users(
        request: Request, query: Annotated[UserExportQuery, Query()]
    ) -> StreamingResponse:
        """Export the accounts into a file."""
        return await audited_download(
            request,
            as_download(
                "users",
                query.format,
                store.page,
                query.page(),
                UserResponse.model_validate,
                tuple(UserResponse.model_fields),
            ),
        )

    @router.post("", status_code=201, responses=CONFLICT)
    async def create_user(
        request: Request, response: Response, new: Annotated[NewUser, Body()]
    ) -> UserResponse:
        """Create an account."""
        audit_change(request, new.name)
        user = await store.create(
            new.name, new.role, await hasher.hash_new(new.password.get_secret_value(), new.name)
        )
        audit_change(request, user.name, after=user.audit_view())
        response.headers["Location"] = f"/api/users/{user.name}"
        return UserResponse.model_validate(user, from_attributes=True)

    @router.put("/{name}", responses=MISSING | CONFLICT)
    async def change_user(
        request: Request, name: UserName, change: Annotated[UserChange, Body()]
    ) -> UserResponse:
        """Change the role of an account, or enable or disable it. Its sessions end.

        The last enabled admin can neither lose the role nor be disabled.
        """
        before, after = await store.change(name, change.changes())
        audit_change(request, name, before.audit_view(), after.audit_view())
        return UserResponse.model_validate(after, from_attributes=True)

    @router.post("/{name}/password", status_code=204, responses=MISSING)
    async def reset_password(
        request: Request, name: UserName, new: Annotated[PasswordReset, Body()]
    ) -> None:
        """Set a new password for an account. Its sessions end, and its lock-out ends."""
        audit_change(request, name)
        user, password = await store.get(name), new.password.get_secret_value()
        if await hasher.matches(user.password, password):
            raise InvalidFieldError("password", SAME)
        await store.set_password(user.name, await hasher.hash_new(password, user.name))
        await sign_ins.forget(user.name)

    return router
