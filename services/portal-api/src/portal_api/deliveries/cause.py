"""Failures of one cause: the same code, the same message but for its particulars,
the same connector.
"""

from __future__ import annotations

import re

from common.contracts.message import digest

_PARTICULARS = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b[A-Z]{1,5}-?\d[\w-]*|\d[\d.,:TZ+-]*",
    re.IGNORECASE,
)
"""Ids, numbers and moments: what differs from one appointment to the next."""


def normalised(message: str) -> str:
    """Return the message without its particulars."""
    code, bracket, sentence = message.partition("] ")
    head, text = (
        (f"{code}{bracket}", sentence) if bracket and code.startswith("[") else ("", message)
    )
    return head + _PARTICULARS.sub("…", text)


def cause_of(code: str | None, message: str | None, connector_id: str) -> str:
    """Return the id of the cause: the same for every delivery that failed alike."""
    return digest([code or "", normalised(message or ""), connector_id])[:16]
