"""``/api/users``: the accounts, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import StreamingResponse

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
from portal_api.auth.dependencies import audit_change, require_role
from portal_api.exports.download import ANSWERS, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

TAKEN: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


def users(store: Users, sign_ins: SignIns, hasher: PasswordHasher) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/users", tags=["Users"], dependencies=[require_role(Role.ADMIN)])

    @router.get("")
    async def list_users(query: Annotated[UserQuery, Query()]) -> UserPage:
        """List the accounts, by name unless another order is asked for."""
        found, following = await store.page(query.page())
        return UserPage(items=[UserResponse.model_validate(user) for user in found], next=following)

    @router.get("/export", response_class=StreamingResponse, responses=ANSWERS)
    async def export_users(query: Annotated[UserExportQuery, Query()]) -> StreamingResponse:
        """Write every account into a file."""
        return await as_download(
            "users",
            query.format,
            store.page,
            query.page(),
            UserResponse.model_validate,
            tuple(UserResponse.model_fields),
        )

    @router.post("", status_code=201, responses=TAKEN)
    async def create_user(
        request: Request, response: Response, new: Annotated[NewUser, Body()]
    ) -> UserResponse:
        """Create an account."""
        audit_change(request, new.name)
        user = await store.create(
            new.name, new.role, await hasher.hashed(new.password.get_secret_value(), new.name)
        )
        audit_change(request, user.name, after=user.audit_view())
        response.headers["Location"] = f"/api/users/{user.name}"
        return UserResponse.model_validate(user, from_attributes=True)

    @router.put("/{name}", responses=MISSING | TAKEN)
    async def change_user(
        request: Request, name: UserName, change: Annotated[UserChange, Body()]
    ) -> UserResponse:
        """Change an account's role, or enable or disable it; its sessions end. The last enabled
        admin stays one.
        """
        before, after = await store.change(name, change.changes())
        audit_change(request, name, before.audit_view(), after.audit_view())
        return UserResponse.model_validate(after, from_attributes=True)

    @router.post("/{name}/password", status_code=204, responses=MISSING)
    async def reset_password(
        request: Request, name: UserName, new: Annotated[PasswordReset, Body()]
    ) -> None:
        """Give an account a new password; its sessions end, and wrong passwords are forgotten."""
        audit_change(request, name)
        user = await store.get(name)
        await store.set_password(
            user.name, await hasher.hashed(new.password.get_secret_value(), user.name)
        )
        await sign_ins.forget(user.name)

    return router
