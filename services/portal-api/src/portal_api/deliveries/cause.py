"""Failures of one cause: the same code, the same message but for its particulars,
the same connector.
"""

from __future__ import annotations

from common.contracts.message import digest
from portal_api.deliveries.particulars import mask_variable_parts

TRUNCATION_MARK = "…"
"""The end of a message whose text was too long."""
SIGNIFICANT_CHARACTERS = 200
"""Characters that tell the cause of such a message: where it was cut depends on its particulars."""


def normalize_message(message: str) -> str:
    """Return the message without its particulars."""
    code, bracket, sentence = message.partition("] ")
    head, text = (
        (f"{code}{bracket}", sentence) if bracket and code.startswith("[") else ("", message)
    )
    plain = mask_variable_parts(text)
    return head + (plain[:SIGNIFICANT_CHARACTERS] if text.endswith(TRUNCATION_MARK) else plain)


def cause_of(code: str | None, message: str | None, connector_id: str) -> str:
    """Return the id of the cause: the same for every delivery that failed alike."""
    return digest([code or "", normalize_message(message or ""), connector_id])[:16]
