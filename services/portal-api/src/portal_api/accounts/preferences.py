"""An account's preferences: a small JSON object that only the website reads."""

from __future__ import annotations

import json
from typing import Any

from portal_api.errors import InvalidFieldError

MAX_BYTES = 8_192
MAX_DEPTH = 10


def as_text(preferences: dict[str, Any]) -> str:
    """Return the preferences as stored text.

    Raises InvalidFieldError when they are too large, nested too deep, or no JSON.
    """
    if _depth(preferences) > MAX_DEPTH:
        raise InvalidFieldError("body", f"must not be nested deeper than {MAX_DEPTH}")
    try:
        text = json.dumps(preferences, allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except ValueError:  # NaN, Infinity and halves of surrogate pairs pass Python's reader
        raise InvalidFieldError("body", "must be JSON (RFC 8259)") from None
    if size > MAX_BYTES:
        raise InvalidFieldError("body", f"must not be larger than {MAX_BYTES} bytes")
    return text


def _depth(value: Any, depth: int = 0) -> int:
    """Return the depth of a value. The search ends at the first depth over the limit."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if depth > MAX_DEPTH:
        return depth
    return max((_depth(item, depth + 1) for item in inner), default=depth)
