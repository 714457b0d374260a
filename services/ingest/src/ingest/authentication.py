"""Authenticates sources by one secret each, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_authenticated(
    secrets: Mapping[str, bytes], source: str, headers: Mapping[bytes, bytes]
) -> bool:
    """Whether the request has the source's secret, as X-API-KEY or as a password (RFC 7617)."""
    expected = secrets.get(source)
    given = headers.get(b"x-api-key") or _basic_password(headers.get(b"authorization", b""))
    is_equal = hmac.compare_digest(given, expected or b"\x00" * 32)
    return is_equal and expected is not None and bool(given)


def _basic_password(authorization: bytes) -> bytes:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""
