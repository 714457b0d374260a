"""One line of the audit: who did what to which thing, from where, and what came of it."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal_api.accounts.roles import Role
from portal_api.schemas.types import now_in_milliseconds

LONGEST = 100_000
"""Characters of ``before`` or ``after``; MongoDB takes 16 MB for all of an entry."""
TARGET = 200


@dataclass(slots=True)
class AuditEntry:
    """What is known of a write so far; ``outcome`` is the HTTP status, none while it is under way
    or when we ended before it did.
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

    def document(self) -> dict[str, Any]:
        """Return it as it is stored: what changed as JSON text, because MongoDB does not take
        every JSON value.
        """
        return {
            "_id": self.audit_id,
            "at": self.at,
            "who": self.who,
            "role": self.role and str(self.role),
            "via": self.via,
            "address": self.address,
            "action": self.action,
            "target": self.target[:TARGET],
            "outcome": self.outcome,
            "before": _text(self.before),
            "after": _text(self.after),
        }


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, default=str)
    return text if len(text) <= LONGEST else json.dumps({"characters_too_many_to_keep": len(text)})
