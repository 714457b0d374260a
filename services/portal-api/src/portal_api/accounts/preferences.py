"""An account's preferences: a small JSON object that the website alone understands."""

from __future__ import annotations

import json
from typing import Any

from portal_api.errors import InvalidFieldError

LARGEST, DEEPEST = 8_192, 10


def as_text(preferences: dict[str, Any]) -> str:
    """Return them as they are kept; raises InvalidFieldError when they are too large, too
    deep, or no JSON.
    """
    if _depth(preferences) > DEEPEST:
        raise InvalidFieldError("body", f"must not be nested deeper than {DEEPEST}")
    try:
        text = json.dumps(preferences, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except ValueError:  # NaN, Infinity and halves of surrogate pairs pass Python's reader
        raise InvalidFieldError("body", "must be JSON (RFC 8259)") from None
    if size > LARGEST:
        raise InvalidFieldError("body", f"must not be larger than {LARGEST} bytes")
    return text


def _depth(value: Any, so_far: int = 0) -> int:
    """Return how deep it is nested; it is not looked at beyond what is refused."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if so_far > DEEPEST:
        return so_far
    return max((_depth(one, so_far + 1) for one in inner), default=so_far)
