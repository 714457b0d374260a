"""W3C Trace Context (section 3.2): which trace a message belongs to, and which step of it
caused the message.
"""

from __future__ import annotations

import re
import secrets

_FORM = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-"
    r"(?P<ids>(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-"
    r"(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)
SAMPLED = 0x01


def read_traceparent(given: str) -> str | None:
    """Return what a caller's header says, as version 00 with the one flag that it knows; None when
    it is malformed.
    """
    found = _FORM.fullmatch(given)
    if found is None or (found["version"] == "00" and found["more"] is not None):
        return None
    return f"00-{found['ids']}-{int(found['flags'], 16) & SAMPLED:02x}"


def new_traceparent() -> str:
    """Return the beginning of a trace that nobody records: it has an id all the same, to
    be found again by.
    """
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def trace_id_of(traceparent: str | None) -> str | None:
    """Return the 32 hexadecimal characters that all steps of a trace share."""
    return traceparent[3:35] if traceparent else None


def is_sampled(traceparent: str | None) -> bool:
    """Whether the steps of this trace are recorded, as it was decided where it began."""
    return traceparent is not None and traceparent.endswith("1")
