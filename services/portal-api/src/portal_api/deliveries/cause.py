"""The cause of a failure: its code, its connector, and its message without the variable parts."""

from __future__ import annotations

from common.contracts.message import digest
from portal_api.deliveries.particulars import mask_variable_parts

TRUNCATION_MARK = "…"
"""The end of a truncated message."""
SIGNIFICANT_CHARACTERS = 200
"""The characters of a truncated message that identify its cause. The place of the cut depends on
the variable parts.
"""


def normalize_message(message: str) -> str:
    """Return the message without its variable parts."""
    code, bracket, sentence = message.partition("] ")
    head, text = (
        (f"{code}{bracket}", sentence) if bracket and code.startswith("[") else ("", message)
    )
    plain = mask_variable_parts(text)
    return head + (plain[:SIGNIFICANT_CHARACTERS] if text.endswith(TRUNCATION_MARK) else plain)


def cause_of(code: str | None, message: str | None, connector_id: str) -> str:
    """Return the id of the cause, equal for all failures with the same cause."""
    return digest([code or "", normalize_message(message or ""), connector_id])[:16]
