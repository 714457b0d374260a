"""A message that no code understood, with the reason and what was in it."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from common.contracts.message import Message


class DeadLetter(Message):
    """dispatcher, retry, portal-api -> portal-api: this message was parked; show it in Error
    Tracking as Failed.
    """

    version: Literal[1] = 1
    dead_letter_id: str
    queue: str
    type: str | None
    reason: str
    trace: str | None
    body: str
    at: AwareDatetime
