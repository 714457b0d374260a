"""Tokens of 256 random bits, of which only the hash is stored.

A plain SHA-256 is enough, because a random token cannot be guessed. Argon2 is for passwords, which
people choose.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_KEY = re.compile(r"mboc_(?P<api_key_id>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class GeneratedKey(NamedTuple):
    """A new API key with its id.

    The key begins with ``mboc_``, so that people and scanners for leaked secrets recognise it.
    """

    api_key_id: str
    key: str


def new_token() -> str:
    """Return a new token of a session."""
    return secrets.token_urlsafe(32)


def new_key() -> GeneratedKey:
    """Return a new API key that contains its own id."""
    api_key_id = secrets.token_hex(6)
    return GeneratedKey(api_key_id, f"mboc_{api_key_id}_{secrets.token_urlsafe(32)}")


def token_hash(token: str) -> str:
    """Return the hash of a token, as it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_same(left: str, right: str) -> bool:
    """Whether the two texts are equal, compared in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def csrf_token(token: str) -> str:
    """Return the CSRF token of a session, derived from its token.

    A foreign site can make a browser send the cookie, but cannot read it, so it cannot derive this.
    """
    return hmac.new(token.encode(), b"X-CSRF-Token", hashlib.sha256).hexdigest()


def api_key_id_of(key: str) -> str | None:
    """Return the id that an API key contains, or None for a text in another form."""
    match = _KEY.fullmatch(key)
    return match["api_key_id"] if match else None
