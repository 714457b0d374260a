"""Accounts as documents of the collection ``users``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.accounts.notice import MAX_NOTICES, Notice
from portal_api.accounts.roles import Role
from portal_api.accounts.second_factor import SecondFactor, SecondFactorOffer
from portal_api.accounts.user import AccountKind, Identity, User

if TYPE_CHECKING:
    from datetime import datetime


def as_user(found: dict[str, Any]) -> User:
    """Return the account of a document. Fields that older versions did not write are optional."""
    offer = found.get("second_factor_offer")
    return User(
        name=found["name"],
        role=Role(found["role"]),
        enabled=found["enabled"],
        epoch=found["epoch"],
        password=found["password"],
        created_at=found["created_at"],
        password_changed_at=found["password_changed_at"],
        signed_in_at=found.get("signed_in_at"),
        preferences=found.get("preferences", "{}"),
        kind=AccountKind(found.get("kind", AccountKind.LOCAL)),
        identity=Identity(**identity) if (identity := found.get("identity")) else None,
        must_change_password=found.get("must_change_password", False),
        second_factor=_second_factor(found.get("second_factor")),
        second_factor_offer=SecondFactorOffer(**offer) if offer else None,
        notices=tuple(Notice.of_document(notice) for notice in found.get("notices", ())),
    )


def as_listed(found: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that a list of accounts shows."""
    return found | {
        "has_second_factor": bool(found.get("second_factor")),
        "must_change_password": found.get("must_change_password", False),
        "password": None,
        "second_factor": None,
        "second_factor_offer": None,
    }


def second_factor_document(
    secret: str, enrolled_at: datetime, last_step: int, salt: str, hashes: list[str]
) -> dict[str, Any]:
    """Return a second factor as it is stored. ``secret`` is sealed."""
    return {
        "secret": secret,
        "enrolled_at": enrolled_at,
        "last_step": last_step,
        "salt": salt,
        "recovery_codes": hashes,
    }


def added(notice: Notice) -> dict[str, Any]:
    """Return the update that adds a notice, and removes the oldest above the limit."""
    return {"$push": {"notices": {"$each": [notice.document()], "$slice": -MAX_NOTICES}}}


def _second_factor(found: dict[str, Any] | None) -> SecondFactor | None:
    if not found:
        return None
    return SecondFactor(**found | {"recovery_codes": tuple(found["recovery_codes"])})
