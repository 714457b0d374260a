"""The lower bound of secrets that are settings (OWASP ASVS 4.0.3, 2.10.2; RFC 4086, section 8)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

MIN_LENGTH = 32
MIN_DISTINCT = 8
"""Fewest different characters. A random secret of 32 hexadecimal digits has about 14."""
MAX_RUN = 8
"""Longest run of characters that follow each other, like ``abcdefgh`` and ``12345678``."""
PLACEHOLDERS = ("changeme", "replaceme", "placeholder", "password", "example", "yoursecret")
HOW_TO_MAKE_ONE = "Make one with: openssl rand -hex 32"


def require_strong_secret(secret: SecretStr, name: str = "it") -> SecretStr:
    """Return the secret unchanged. ``name`` is the subject of the sentence about a weak one.

    Raises ValueError without the secret, with the way to make a good one.
    """
    if reason := weakness_of(secret.get_secret_value()):
        raise ValueError(f"{name} {reason}. {HOW_TO_MAKE_ONE}")
    return secret


def weakness_of(text: str) -> str | None:
    """Return the reason why a text is no secret for a setting, or None for a strong one."""
    if len(text) < MIN_LENGTH:
        return f"has fewer than {MIN_LENGTH} characters"
    if not text.isprintable() or text != text.strip():
        return "has a control character, or a blank at its beginning or end"
    if len(set(text)) < MIN_DISTINCT or _is_repeated(text) or _has_long_run(text):
        return "repeats few characters, or counts through them"
    letters = "".join(filter(str.isalpha, text.lower()))
    if any(word in letters for word in PLACEHOLDERS):
        return "is a placeholder"
    return None


def _is_repeated(text: str) -> bool:
    """Whether the text is a shorter text, twice or more. Its end may be cut off."""
    return any(text[period:] == text[:-period] for period in range(1, len(text) // 2 + 1))


def _has_long_run(text: str) -> bool:
    run, before = 1, 0
    for first, second in itertools.pairwise(text):
        step = ord(second) - ord(first)
        run = run + 1 if step == before and abs(step) <= 1 else 2
        before = step
        if run >= MAX_RUN:
            return True
    return False
