"""An entry of the audit: the caller, the action, its target and its outcome."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from portal_api.accounts.roles import Role
from portal_api.schemas.types import now_in_milliseconds

MAX_CHARACTERS = 100_000
"""Characters of ``before`` or ``after``. MongoDB takes 16 MB for a whole entry."""
MAX_TARGET = 200


@dataclass(slots=True)
class AuditEntry:
    """One write, one export, or refused requests.

    ``outcome`` is the HTTP status. It is None while the write is under way, and stays None if the
    service ended before the write did. ``count`` is the number of refused requests that the entry
    stands for.
    """

    action: str
    address: str
    audit_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: datetime = field(default_factory=now_in_milliseconds)
    who: str = ""
    role: Role | None = None
    via: str = ""
    target: str = ""
    outcome: int | None = None
    before: Any = None
    after: Any = None
    count: int = 1

    def document(self) -> dict[str, Any]:
        """Return the document of the entry in MongoDB.

        The change is JSON text, because MongoDB does not take every JSON value.
        """
        return {
            "_id": self.audit_id,
            "at": self.at,
            "who": self.who,
            "role": self.role and str(self.role),
            "via": self.via,
            "address": self.address,
            "action": self.action,
            "target": self.target[:MAX_TARGET],
            "outcome": self.outcome,
            "before": _text(self.before),
            "after": _text(self.after),
            "count": self.count,
        }


def new_entry_like(entry: AuditEntry) -> AuditEntry:
    """Return a copy of the entry with an id and a time of its own."""
    return replace(entry, audit_id=uuid.uuid4().hex, at=now_in_milliseconds())


def _text(value: Any) -> str | None:
    """Return the JSON text without lone surrogates, which no later reader could write."""
    if value is None:
        return None
    text = json.dumps(value, default=str, ensure_ascii=False).encode(errors="replace").decode()
    return (
        text
        if len(text) <= MAX_CHARACTERS
        else json.dumps({"characters_too_many_to_keep": len(text)})
    )
