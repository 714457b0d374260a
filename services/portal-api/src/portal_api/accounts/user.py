"""The stored form of an account."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from portal_api.accounts.notice import Notice
from portal_api.accounts.roles import Role
from portal_api.accounts.second_factor import SecondFactor, SecondFactorOffer
from portal_api.errors import ConflictError

_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


def as_name(text: str) -> str:
    """Return a name in its stored form, so that two spellings of one name are one account."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _name(text: str) -> str:
    name = as_name(text)
    if not _NAME.fullmatch(name):
        raise ValueError(
            "must begin with a letter or digit, and may contain letters, digits and . _ @ + - (at "
            "most 64 characters)"
        )
    return name


UserName = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_name)]
"""The name of an account."""


class AccountKind(StrEnum):
    """How an account signs in: with a password, or with the OpenID Connect provider."""

    LOCAL = "local"
    OPENID_CONNECT = "OpenID Connect"


@dataclass(frozen=True, slots=True)
class Identity:
    """A person at an OpenID Connect provider.

    Only both values together are unique and never assigned again (OpenID Connect Core 1.0, 5.7).
    """

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class User:
    """One account.

    ``password`` is a hash, and empty for an account of OpenID Connect. Each change that ends
    sessions raises ``epoch``.
    ``must_change_password`` is true while the password is one that another person chose.
    """

    name: str
    role: Role
    enabled: bool
    epoch: int
    password: str = field(repr=False)
    created_at: datetime
    password_changed_at: datetime | None
    signed_in_at: datetime | None = None
    preferences: str = "{}"
    kind: AccountKind = AccountKind.LOCAL
    identity: Identity | None = None
    must_change_password: bool = False
    second_factor: SecondFactor | None = None
    second_factor_offer: SecondFactorOffer | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def has_second_factor(self) -> bool:
        """Whether a sign-in needs a code."""
        return self.second_factor is not None

    def require_password(self) -> None:
        """Raise ConflictError for an account that has no password."""
        if self.kind is not AccountKind.LOCAL:
            raise ConflictError(
                f"The account {self.name} signs in with OpenID Connect, so it has no password: "
                "change it at the provider"
            )

    def audit_view(self) -> dict[str, Any]:
        """Return the fields of the account for the audit."""
        return {"name": self.name, "role": str(self.role), "enabled": self.enabled}
