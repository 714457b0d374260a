"""Reads the body of a request as transactions, each with a deterministic id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from common.batcher import MAX_BYTES
from common.contracts.message import digest
from common.contracts.traceparent import new_traceparent
from common.contracts.transaction import TransactionReceived
from ingest.dates import Arrival
from ingest.errors import InvalidFieldError, TooLargeError
from ingest.json_size import MAX_APPOINTMENT_VALUES, check_values
from ingest.json_texts import split_snapshots
from ingest.snapshot import read_snapshot

if TYPE_CHECKING:
    from datetime import tzinfo

    from common.contracts.appointment import Action

MAX_MESSAGE_BYTES = 15 * 1024 * 1024
"""RabbitMQ 4 accepts 16 MiB. A delivery adds fields to the transaction that it carries."""


def read_changes(
    source: str,
    action: Action,
    body: bytes,
    traceparent: str | None = None,
    zone: tzinfo = UTC,
) -> list[TransactionReceived]:
    """Return one transaction per appointment in the body, all in one trace.

    Raises IngestError before anything is published.
    """
    arrival = Arrival(datetime.now(UTC), zone, traceparent=traceparent)
    texts = split_snapshots(body)
    if len(texts) == 1:
        return [read_change(source, action, texts[0], arrival)]
    return [
        _read_element(source, action, text, arrival._replace(element=index))
        for index, text in enumerate(texts)
    ]


def read_change(
    source: str, action: Action, text: str, arrival: Arrival | None = None
) -> TransactionReceived:
    """Return the transaction of one snapshot; raises IngestError.

    The same source, action and text give the same transaction id.
    """
    check_values(text, MAX_APPOINTMENT_VALUES, "An appointment")
    arrival = arrival or Arrival(datetime.now(UTC))
    transaction = TransactionReceived(
        transaction_id=digest([source, action, text]),
        source=source,
        action=action,
        received_at=arrival.at,
        place=arrival.element,
        appointment=read_snapshot(text, source, arrival),
        body=text,
        traceparent=arrival.traceparent or new_traceparent(),
    )
    _check_size(transaction)
    return transaction


def _read_element(source: str, action: Action, text: str, arrival: Arrival) -> TransactionReceived:
    """Read one element of an array. Errors name its index before the field."""
    try:
        return read_change(source, action, text, arrival)
    except InvalidFieldError as error:
        raise InvalidFieldError(
            [
                {"field": f"{arrival.element}.{e['field']}", "message": e["message"]}
                for e in error.errors
            ]
        ) from None


def _check_size(transaction: TransactionReceived) -> None:
    """Raise TooLargeError when RabbitMQ would refuse the message. Short bodies are not measured."""
    if len(transaction.body) < MAX_BYTES:
        return
    size = len(transaction.model_dump_json().encode())
    if size > MAX_MESSAGE_BYTES:
        raise TooLargeError(
            f"An appointment needs a message of {size} bytes. The limit is {MAX_MESSAGE_BYTES}"
        )
