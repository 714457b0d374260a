"""JSON with exact numbers. Python's own module reads numbers as floats."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST_EXPONENT = 400
"""A number with a larger exponent stays text, because its digits would fill the memory."""


def read_json(text: str, **hooks: Any) -> Any:
    """Return the value of a JSON text, with a Decimal for each number that is no integer.

    ``hooks`` are those of ``json.loads``. Raises ValueError or RecursionError.
    """
    return json.loads(text, parse_float=_number, **hooks)


def write_json(value: Any) -> str:
    """Return the JSON text of objects, arrays, texts, numbers and Decimals."""
    match value:
        case dict():
            members = (f"{json.dumps(name)}: {write_json(item)}" for name, item in value.items())
            return f"{{{', '.join(members)}}}"
        case list():
            return f"[{', '.join(map(write_json, value))}]"
        case Decimal():
            return f"{value:f}"
    return json.dumps(value, allow_nan=False)


def _number(text: str) -> Decimal | str:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return value if abs(value.adjusted()) <= LARGEST_EXPONENT else text
