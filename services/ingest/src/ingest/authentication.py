"""Who may report changes: one secret per source, compared in constant time."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_authorised(
    secrets: Mapping[str, bytes], source: str, headers: Mapping[bytes, bytes]
) -> bool:
    """Whether the request shows the source's secret, as X-API-KEY or as the password of HTTP
    Basic (RFC 7617).
    """
    expected = secrets.get(source)
    given = headers.get(b"x-api-key") or _basic_password(headers.get(b"authorization", b""))
    same = hmac.compare_digest(given, expected or b"\x00" * 32)
    return same and expected is not None and bool(given)


def _basic_password(authorization: bytes) -> bytes:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True).partition(b":")[2]
    except binascii.Error:
        return b""
