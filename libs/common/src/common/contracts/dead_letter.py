"""A message that could not be handled, with the reason and its body, bounded in size."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AwareDatetime, Field, ValidationError

from common.contracts.message import NO_CONNECTOR, DeliveryId, Message, delivery_id_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BODY_BYTES = 1024 * 1024
"""The most bytes of a body in a dead letter. RabbitMQ and MongoDB accept 16 MiB."""
MAX_DELIVERIES = 1_000


class DeadLetteredDelivery(Message):
    """An attempt of a delivery that a dead-lettered message names."""

    delivery_id: DeliveryId
    attempt: int = Field(default=1, ge=1)


class DeadLetter(Message):
    """dispatcher, retry, portal-api -> portal-api: a message was dead-lettered, show it in Error
    Tracking as Failed.

    Of a body over 1 MiB, ``body`` is the beginning and ``body_bytes`` the size of the whole.
    ``deliveries`` are those that the body names, even if the rest of it cannot be read.
    """

    version: Literal[1] = 1
    dead_letter_id: str
    queue: str
    type: str | None
    reason: str
    trace: str | None
    body: str
    body_bytes: int | None = None
    deliveries: tuple[DeadLetteredDelivery, ...] = ()
    at: AwareDatetime


def body_fields(body: bytes) -> dict[str, Any]:
    """Return the fields of a dead letter that follow from the message's body."""
    is_large = len(body) > MAX_BODY_BYTES
    return {
        "body": body[:MAX_BODY_BYTES].decode(errors="replace"),
        "body_bytes": len(body) if is_large else None,
        "deliveries": tuple(_deliveries_in(body)),
    }


def _deliveries_in(body: bytes) -> Iterator[DeadLetteredDelivery]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return
    for item in (read if isinstance(read, list) else [read])[:MAX_DELIVERIES]:
        if isinstance(item, dict):
            yield from _named(item)


def _named(item: dict[str, Any]) -> Iterator[DeadLetteredDelivery]:
    """Yield the delivery that a request, a status or a transaction names."""
    transaction_id, delivery_id = item.get("transaction_id"), item.get("delivery_id")
    if delivery_id is None and isinstance(transaction_id, str):
        delivery_id = delivery_id_of(transaction_id, NO_CONNECTOR)
    for attempt in (item.get("attempt", 1), 1):
        with contextlib.suppress(ValidationError):
            yield DeadLetteredDelivery(delivery_id=delivery_id, attempt=attempt)
            return
