"""``/api/users``: the accounts, for administrators."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from portal_api.accounts.password_policy import Password
from portal_api.accounts.roles import Role
from portal_api.accounts.user import UserName
from portal_api.auth.dependencies import needs, noted
from portal_api.exports.download import ANSWERS, Format, as_file
from portal_api.exports.formats import ExportFormat
from portal_api.schemas.paging import Page, Paged, Shown
from portal_api.schemas.problems import PROBLEMS
from portal_api.schemas.types import Instant

if TYPE_CHECKING:
    from portal_api.auth.password_hasher import Hasher
    from portal_api.store.sign_ins import SignIns
    from portal_api.store.users import Users

TAKEN: dict[int | str, dict[str, Any]] = {409: PROBLEMS[409]}
MISSING: dict[int | str, dict[str, Any]] = {404: PROBLEMS[404]}


class UserShown(Shown):
    """An account without its password."""

    name: str
    role: Role
    enabled: bool
    created_at: Instant
    password_changed_at: Instant
    signed_in_at: Instant | None = None


class UserPage(BaseModel):
    """One page of accounts."""

    items: list[UserShown]
    next: str | None


class UserSort(StrEnum):
    """The order of the list; a minus turns it round."""

    NAME = "name"
    NAME_DOWN = "-name"
    ROLE = "role"
    ROLE_DOWN = "-role"
    ENABLED = "enabled"
    ENABLED_DOWN = "-enabled"
    CREATED_AT = "created_at"
    CREATED_AT_DOWN = "-created_at"
    SIGNED_IN_AT = "signed_in_at"
    SIGNED_IN_AT_DOWN = "-signed_in_at"


class UserQuery(Paged):
    """The order of the list."""

    sort: UserSort = Field(
        default=UserSort.NAME, description="The order of the list; a minus turns it round."
    )

    def page(self) -> Page:
        """Return the order and place."""
        return Page(self.sort.removeprefix("-"), self.sort.startswith("-"), self.limit, self.after)


class UserExportQuery(UserQuery):
    """The same order as the list; every row is written, ``limit`` and ``after``
    mean nothing here.
    """

    format: Format = ExportFormat.CSV


class NewUser(BaseModel):
    """An account to create."""

    model_config = ConfigDict(
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "example": {"name": "operator1", "role": "operator", "password": "three made-up words"}
        },
    )

    name: UserName
    role: Role
    password: Password = Field(
        description="12 to 200 characters, not the name, not what everybody takes."
    )


class UserChange(BaseModel):
    """What is to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    enabled: StrictBool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> UserChange:
        if not self.changes():
            raise ValueError("role or enabled is needed")
        return self

    def changes(self) -> dict[str, Any]:
        """Return what was given."""
        return self.model_dump(mode="json", exclude_none=True)


class Reset(BaseModel):
    """Somebody's new password."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: Password = Field(
        description="12 to 200 characters, not the name, not what everybody takes."
    )


def users(store: Users, sign_ins: SignIns, hasher: Hasher) -> APIRouter:
    """Return the routes."""
    router = APIRouter(prefix="/users", tags=["Users"], dependencies=[needs(Role.ADMIN)])

    @router.get("")
    async def list_users(query: Annotated[UserQuery, Query()]) -> UserPage:
        """List the accounts, by name unless another order is asked for."""
        found, following = await store.page(query.page())
        return UserPage(items=[UserShown.model_validate(user) for user in found], next=following)

    @router.get("/export", response_class=StreamingResponse, responses=ANSWERS)
    async def export_users(query: Annotated[UserExportQuery, Query()]) -> StreamingResponse:
        """Write every account into a file."""
        return await as_file(
            "users",
            query.format,
            store.page,
            query.page(),
            UserShown.model_validate,
            tuple(UserShown.model_fields),
        )

    @router.post("", status_code=201, responses=TAKEN)
    async def create_user(
        request: Request, response: Response, new: Annotated[NewUser, Body()]
    ) -> UserShown:
        """Create an account."""
        noted(request, new.name)
        user = await store.create(
            new.name, new.role, await hasher.hashed(new.password.get_secret_value(), new.name)
        )
        noted(request, user.name, after=user.told())
        response.headers["Location"] = f"/api/users/{user.name}"
        return UserShown.model_validate(user, from_attributes=True)

    @router.put("/{name}", responses=MISSING | TAKEN)
    async def change_user(
        request: Request, name: UserName, change: Annotated[UserChange, Body()]
    ) -> UserShown:
        """Change an account's role, or enable or disable it; its sessions end. The last enabled
        admin stays one.
        """
        before, after = await store.change(name, change.changes())
        noted(request, name, before.told(), after.told())
        return UserShown.model_validate(after, from_attributes=True)

    @router.post("/{name}/password", status_code=204, responses=MISSING)
    async def reset_password(
        request: Request, name: UserName, new: Annotated[Reset, Body()]
    ) -> None:
        """Give an account a new password; its sessions end, and wrong passwords are forgotten."""
        noted(request, name)
        user = await store.one(name)
        await store.set_password(
            user.name, await hasher.hashed(new.password.get_secret_value(), user.name)
        )
        await sign_ins.forget(user.name)

    return router
