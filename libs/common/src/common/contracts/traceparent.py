"""W3C Trace Context (section 3.2): the trace of a message, and the span that caused it."""

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
    """Return a caller's header as version 00 with the sampled flag, or None when it is
    malformed.
    """
    found = _FORM.fullmatch(given)
    if found is None or (found["version"] == "00" and found["more"] is not None):
        return None
    return f"00-{found['ids']}-{int(found['flags'], 16) & SAMPLED:02x}"


def new_traceparent() -> str:
    """Return the context of a new, unrecorded trace, whose id still identifies its messages."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def trace_id_of(traceparent: str | None) -> str | None:
    """Return the 32 hexadecimal characters that all spans of a trace share."""
    return traceparent[3:35] if traceparent else None


def is_sampled(traceparent: str | None) -> bool:
    """Whether the spans of this trace are recorded, as its first span decided."""
    return traceparent is not None and traceparent.endswith("1")
