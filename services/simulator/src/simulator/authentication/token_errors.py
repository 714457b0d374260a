"""Token errors as Entra words them (wire-formats.md, OAuth2)."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

_CODE = re.compile(r"AADSTS(\d+)")


def token_status(code: str) -> int:
    """Return the HTTP status of an OAuth error (RFC 6749, 5.2)."""
    return 401 if code == "invalid_client" else 400


def token_error(code: str, description: str) -> dict[str, Any]:
    """Return the body of an error. Entra repeats the numbers of the description in separate
    fields.
    """
    trace, correlation, at = (
        str(uuid.uuid4()),
        str(uuid.uuid4()),
        f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}",
    )
    numbers = [int(number) for number in _CODE.findall(description)]
    return {
        "error": code,
        "error_description": (
            f"{description} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {at}"
        ),
        "error_codes": numbers,
        "timestamp": at,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={numbers[0]}"
        if numbers
        else "https://login.microsoftonline.com/error",
    }
