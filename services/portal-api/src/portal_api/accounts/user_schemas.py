"""Queries and responses of the user routes."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from portal_api.accounts.password_policy import Password
from portal_api.accounts.roles import Role
from portal_api.accounts.user import AccountKind, UserName
from portal_api.exports.download import Format
from portal_api.exports.formats import ExportFormat
from portal_api.schemas.paging import Page, PageQuery, ResponseModel
from portal_api.schemas.types import Instant


class UserResponse(ResponseModel):
    """An account without its password."""

    name: str
    role: Role
    enabled: bool
    created_at: Instant
    password_changed_at: Instant | None = Field(
        default=None, description="None for an account of OpenID Connect, which has no password."
    )
    signed_in_at: Instant | None = None
    kind: AccountKind = Field(
        default=AccountKind.LOCAL,
        description="How the account signs in: with a password, or with OpenID Connect.",
    )
    must_change_password: bool = Field(
        default=False, description="Whether the owner must change the password at the sign-in."
    )
    has_second_factor: bool = False


class UserPage(BaseModel):
    """One page of accounts."""

    items: list[UserResponse]
    next: str | None


class UserSort(StrEnum):
    """The order of the list. A minus reverses it."""

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


class UserQuery(PageQuery):
    """The order of the list."""

    sort: UserSort = Field(
        default=UserSort.NAME, description="The order of the list. A minus reverses it."
    )

    def page(self) -> Page:
        """Return the page: its order, size and position."""
        return self.sorted_page(self.sort)


class UserExportQuery(UserQuery):
    """The order of the list. Every row is written, and ``limit`` and ``after`` have no effect."""

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
    password: Password = Field(description="12 to 128 characters, not the name, not easy to guess.")


class UserChange(BaseModel):
    """The fields to change. A field that is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    enabled: StrictBool | None = None

    @model_validator(mode="after")
    def _changes_a_field(self) -> UserChange:
        if not self.changes():
            raise ValueError("role or enabled is needed")
        return self

    def changes(self) -> dict[str, Any]:
        """Return the fields that the request contains."""
        return self.model_dump(mode="json", exclude_none=True)


class PasswordReset(BaseModel):
    """The new password of an account, which its owner must change at the next sign-in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    password: Password = Field(description="12 to 128 characters, not the name, not easy to guess.")
