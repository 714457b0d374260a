"""Builds the key of an appointment from its source and its Id, guid or number."""

from __future__ import annotations

import hashlib
import re

from ingest.errors import InvalidFieldError

MAX_KEY_LENGTH = 200
MAX_SOURCE_LENGTH = 120
"""The rest of a key fits a hashed identity."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_EMPTY_GUID = "00000000-0000-0000-0000-000000000000"
"""Guid.Empty of .NET, which means no value."""
_PREFIXES = ("guid-", "no-", "sha256-")


def appointment_key(source: str, appointment_id: int, guid: str | None, number: str | None) -> str:
    """Return ``<source>/<identity>``, which is unique within the source.

    An ``Id`` above 0 is the identity, even if the appointment also has a guid. ingest reads one
    snapshot at a time, so it cannot find the ``Id`` of an appointment that came without one before.
    Raises InvalidFieldError when there is no identity.
    """
    identity = (
        str(appointment_id or "") or _guid_identity(guid or "") or _number_identity(number or "")
    )
    if not identity:
        message = "is missing, and so are AppointmentGuid and appointmentNo. Send one of them"
        raise InvalidFieldError([{"field": "Id", "message": message}])
    key = f"{source}/{identity}"
    if len(key) <= MAX_KEY_LENGTH and _fits_a_path(identity):
        return key
    return f"{source}/sha256-{hashlib.sha256(identity.encode()).hexdigest()}"


def _fits_a_path(identity: str) -> bool:
    """Whether the identity can be part of a URL. Clients resolve dots (RFC 3986, 5.2.4)."""
    return identity.isprintable() and not {".", ".."} & set(identity.split("/"))


def _guid_identity(guid: str) -> str:
    """Return a valid guid unchanged, and mark any other text with a prefix."""
    if not guid.strip() or guid == _EMPTY_GUID:
        return ""
    return guid if _GUID.fullmatch(guid) else f"guid-{guid}"


def _number_identity(number: str) -> str:
    """Return the number unchanged, unless it looks like an Id, a guid or a prefixed text."""
    if not number.strip():
        return ""
    is_plain = not (number.isdecimal() or _GUID.fullmatch(number) or number.startswith(_PREFIXES))
    return number if is_plain else f"no-{number}"
