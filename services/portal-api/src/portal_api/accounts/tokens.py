"""Tokens of 256 random bits: the caller keeps the token, we keep only its hash.

A plain SHA-256 is enough for what nobody can guess; Argon2 is for what people choose.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import NamedTuple

_KEY = re.compile(r"mboc_(?P<api_key_id>[0-9a-f]{12})_[A-Za-z0-9_-]{43}")


class GeneratedKey(NamedTuple):
    """An API key as it is told once; its beginning says what it is, to people and to those who scan
    for lost secrets.
    """

    api_key_id: str
    key: str


def new_token() -> str:
    """Return a session's token."""
    return secrets.token_urlsafe(32)


def new_key() -> GeneratedKey:
    """Return an API key that carries its own id."""
    api_key_id = secrets.token_hex(6)
    return GeneratedKey(api_key_id, f"mboc_{api_key_id}_{secrets.token_urlsafe(32)}")


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_same(one: str, other: str) -> bool:
    """Whether they are the same, in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def csrf_token(token: str) -> str:
    """Return the second token of a session: whoever has only the cookie's effect, and cannot read
    it, cannot know this one.
    """
    return hmac.new(token.encode(), b"X-CSRF-Token", hashlib.sha256).hexdigest()


def id_in(key: str) -> str | None:
    """Return the id that an API key carries, None when it is no key of ours."""
    found = _KEY.fullmatch(key)
    return found["api_key_id"] if found else None
