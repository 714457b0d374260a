"""Verifies the signature of a webhook by the Standard Webhooks specification."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

from simulator.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_S = 300
"""The largest difference of the timestamp from now. Beyond it the call may be a replay."""


def secret_key(secret: str) -> bytes:
    """Return the key of a ``whsec_`` secret. Raises InvalidFieldError."""
    message = f"must be {PREFIX} and then the key in base64"
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key or not secret.startswith(PREFIX):
        raise InvalidFieldError([{"field": "secret", "message": message}])
    return key


def is_genuine(key: bytes, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Whether a signature matches ``id.timestamp.body`` and the timestamp is recent."""
    webhook_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not _is_fresh(sent_at, now_s):
        return False
    content = b".".join((webhook_id.encode(), sent_at.encode(), body))
    expected = hmac.digest(key, content, hashlib.sha256)
    return any(
        hmac.compare_digest(expected, given)
        for given in _signatures(headers.get("webhook-signature", ""))
    )


def _is_fresh(sent_at: str, now_s: float) -> bool:
    return sent_at.isascii() and sent_at.isdigit() and abs(now_s - int(sent_at)) <= TOLERANCE_S


def _signatures(header: str) -> list[bytes]:
    """Return the decoded signatures of version 1, without other versions and unreadable ones."""
    found = []
    for part in header.split(" "):
        version, _, encoded = part.partition(",")
        if version != VERSION:
            continue
        try:
            found.append(base64.b64decode(encoded, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
