"""Notices to the owner of an account about acts of others (OWASP ASVS 4.0.3, 2.2.3)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MAX_NOTICES = 20
"""Notices of one account. A further notice removes the oldest."""


class NoticeKind(StrEnum):
    """The kinds of notices."""

    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a notice
    SECOND_FACTOR_RESET = "second_factor_reset"
    FAILED_SIGN_INS = "failed_sign_ins"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. ``by`` is the account that acted, ``count`` the number of failed sign-ins."""

    kind: NoticeKind
    at: datetime
    by: str | None = None
    count: int | None = None

    def document(self) -> dict[str, Any]:
        """Return the stored form of the notice."""
        return asdict(self) | {"kind": str(self.kind)}

    @classmethod
    def of_document(cls, document: dict[str, Any]) -> Notice:
        """Return the notice of a stored document."""
        return cls(**document | {"kind": NoticeKind(document["kind"])})
