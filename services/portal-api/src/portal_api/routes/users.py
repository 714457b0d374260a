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
from portal_api.auth.dependencies import audit_change, caller_of, require_role
from portal_api.auth.verification import VERIFIED
from portal_api.errors import InvalidFieldError
from portal_api.exports.download import DOWNLOAD_RESPONSES, as_download
from portal_api.schemas.problems import PROBLEMS

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import PasswordHasher
    from portal_api.store.account_changes import AccountChanges
    from portal_api.store.sessions import Sessions
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


def users(
    store: Users,
    changes: AccountChanges,
    sessions: Sessions,
    sign_ins: SignIns,
    hasher: PasswordHasher,
) -> APIRouter:
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

    @router.post("", status_code=201, responses=CONFLICT, dependencies=[VERIFIED])
    async def create_user(
        request: Request, response: Response, new: Annotated[NewUser, Body()]
    ) -> UserResponse:
        """Create an account. Its owner must change the password at the first sign-in."""
        audit_change(request, new.name)
        user = await store.create(
            new.name,
            new.role,
            await hasher.hash_new(new.password.get_secret_value(), new.name),
            must_change_password=True,
        )
        audit_change(request, user.name, after=user.audit_view())
        response.headers["Location"] = f"/api/users/{user.name}"
        return UserResponse.model_validate(user, from_attributes=True)

    @router.put("/{name}", responses=MISSING | CONFLICT, dependencies=[VERIFIED])
    async def change_user(
        request: Request, name: UserName, change: Annotated[UserChange, Body()]
    ) -> UserResponse:
        """Change the role of an account, or enable or disable it. Its sessions end.

        The last enabled admin can neither lose the role nor be disabled. The provider decides the
        role of an account of OpenID Connect, so only `enabled` can change.
        """
        before, after = await changes.change(name, change.changes())
        audit_change(request, name, before.audit_view(), after.audit_view())
        return UserResponse.model_validate(after, from_attributes=True)

    @router.post(
        "/{name}/password",
        status_code=204,
        responses=MISSING | CONFLICT,
        dependencies=[VERIFIED],
    )
    async def reset_password(
        request: Request, name: UserName, new: Annotated[PasswordReset, Body()]
    ) -> None:
        """Set a new password for an account, which its owner must change at the next sign-in. Its
        sessions and its lock-out end, and its API keys are revoked. An account of OpenID Connect
        has no password.
        """
        audit_change(request, name)
        user, entered = await store.get(name), new.password.get_secret_value()
        user.require_password()
        if await hasher.matches(user.password, entered):
            raise InvalidFieldError("password", SAME)
        password = await hasher.hash_new(entered, user.name)
        revoked = await changes.reset_password(user.name, password, caller_of(request).name)
        await sign_ins.forget(user.name)
        audit_change(request, name, after={"revoked_api_keys": revoked})

    @router.delete(
        "/{name}/second-factor", status_code=204, responses=MISSING, dependencies=[VERIFIED]
    )
    async def reset_second_factor(request: Request, name: UserName) -> None:
        """Remove the second factor of an account whose owner lost it. Its sessions end."""
        audit_change(request, name)
        before = await changes.reset_second_factor(name, caller_of(request).name)
        audit_change(
            request,
            name,
            {"second_factor": before.has_second_factor},
            {"second_factor": False},
        )

    @router.delete("/{name}/sessions", status_code=204, responses=MISSING, dependencies=[VERIFIED])
    async def end_sessions(request: Request, name: UserName) -> None:
        """End all sessions of an account."""
        audit_change(request, name)
        user = await store.get(name)
        audit_change(request, name, after={"ended_sessions": await sessions.close_all(user.name)})

    return router
