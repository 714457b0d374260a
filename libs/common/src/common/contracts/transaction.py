"""One change to one appointment, as Dime.Scheduler reported it."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from common.contracts.appointment import Action, Appointment
from common.contracts.message import Message, TransactionId


class TransactionReceived(Message):
    """ingest -> dispatcher, portal-api: a planner's change was accepted.

    ``body`` is the snapshot's JSON text exactly as received, unknown fields included. The same
    change reported twice has the same ``transaction_id``. ``place`` is its index in the array of
    its request. ``traceparent`` is the span that accepted it (W3C Trace Context).
    """

    version: Literal[1] = 1
    transaction_id: TransactionId
    source: str
    action: Action
    received_at: AwareDatetime
    place: int = Field(default=0, ge=0)
    appointment: Appointment
    body: str
    traceparent: str | None = None


TRANSACTIONS = TypeAdapter(list[TransactionReceived])
