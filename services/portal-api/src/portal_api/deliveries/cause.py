"""Failures of one cause: the same code, the same message but for its particulars,
the same connector.
"""

from __future__ import annotations

from common.contracts.message import digest
from portal_api.deliveries.particulars import without_particulars

CUT_OFF = "…"
"""The end of a message whose text was too long."""
TELLING = 200
"""Characters that tell the cause of such a message: where it was cut depends on its particulars."""


def normalised(message: str) -> str:
    """Return the message without its particulars."""
    code, bracket, sentence = message.partition("] ")
    head, text = (
        (f"{code}{bracket}", sentence) if bracket and code.startswith("[") else ("", message)
    )
    plain = without_particulars(text)
    return head + (plain[:TELLING] if text.endswith(CUT_OFF) else plain)


def cause_of(code: str | None, message: str | None, connector_id: str) -> str:
    """Return the id of the cause: the same for every delivery that failed alike."""
    return digest([code or "", normalised(message or ""), connector_id])[:16]
