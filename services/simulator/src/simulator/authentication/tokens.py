"""Bearer tokens, valid until they expire or all are revoked."""

from __future__ import annotations

import secrets

MAX_TOKENS = 10_000


class Tokens:
    """Tokens that are valid for ``lifetime_s`` seconds, measured by any monotonic clock."""

    def __init__(self, lifetime_s: int) -> None:
        self.lifetime_s = lifetime_s
        self._expire_at: dict[str, float] = {}

    def issue(self, now_s: float) -> str:
        """Return a new token. The oldest is deleted when there are too many."""
        token = secrets.token_urlsafe(32)
        self._expire_at[token] = now_s + self.lifetime_s
        if len(self._expire_at) > MAX_TOKENS:
            del self._expire_at[next(iter(self._expire_at))]
        return token

    def is_good(self, token: str, now_s: float) -> bool:
        """Whether the token was issued and has not expired."""
        return now_s < self._expire_at.get(token, now_s)

    def expire(self) -> None:
        """Revoke every token."""
        self._expire_at.clear()
