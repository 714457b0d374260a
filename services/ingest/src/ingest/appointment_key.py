"""Names an appointment within its source: by its Id, else by its guid, else by its number."""

from __future__ import annotations

import hashlib
import re

from ingest.errors import InvalidFieldError

LONGEST_KEY = 200
LONGEST_SOURCE = 120
"""Leaves room for a hashed identity within a key."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NO_GUID = "00000000-0000-0000-0000-000000000000"
"""Guid.Empty of .NET: no value."""
_PREFIXES = ("guid-", "no-", "sha256-")


def key_of(source: str, appointment_id: int, guid: str | None, number: str | None) -> str:
    """Return ``<source>/<identity>``: two appointments of a source never have the same key.

    An ``Id`` above 0 names the appointment, also where there is a guid. ingest knows one snapshot
    at a time, so it cannot find the ``Id`` of an appointment that came without one before. Raises
    InvalidFieldError when there is no identity.
    """
    identity = str(appointment_id or "") or _of_guid(guid or "") or _of_number(number or "")
    if not identity:
        message = "is missing; without it, AppointmentGuid or appointmentNo must be there"
        raise InvalidFieldError([{"field": "Id", "message": message}])
    key = f"{source}/{identity}"
    if len(key) <= LONGEST_KEY and _fits_an_address(identity):
        return key
    return f"{source}/sha256-{hashlib.sha256(identity.encode()).hexdigest()}"


def _fits_an_address(identity: str) -> bool:
    """Whether the portal API can be asked for it: clients resolve dots (RFC 3986, 5.2.4)."""
    return identity.isprintable() and not {".", ".."} & set(identity.split("/"))


def _of_guid(guid: str) -> str:
    """Return the guid itself where it has the form of one, which no number is left with."""
    if not guid.strip() or guid == _NO_GUID:
        return ""
    return guid if _GUID.fullmatch(guid) else f"guid-{guid}"


def _of_number(number: str) -> str:
    """Return the number itself where it cannot be taken for an Id, a guid or a prefixed text."""
    if not number.strip():
        return ""
    is_plain = not (number.isdecimal() or _GUID.fullmatch(number) or number.startswith(_PREFIXES))
    return number if is_plain else f"no-{number}"
