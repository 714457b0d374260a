"""Reads the snapshot of a delivery, and the facts of an attempt that decide about its calls."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from common.contracts.appointment import Action
from common.contracts.message import NO_CONNECTOR
from common.contracts.transaction import TransactionReceived
from common.exact_json import write_json
from portal_api.errors import ConflictError, GoneError, NotFoundError
from portal_api.payloads.differences import MISSING, differences, parse
from portal_api.payloads.request_views import Attempted
from portal_api.payloads.schemas import EarlierVersion, Payload

if TYPE_CHECKING:
    from portal_api.payloads.differences import Change
    from portal_api.store.payloads import PayloadQueries

Document = dict[str, Any]
GONE = "The snapshot of this version is not stored any more."
NO_SNAPSHOT = "The delivery is a dead letter without a snapshot. Its details show the message."
NO_CALL = "The attempt had no connector's settings, so it made no call."
_FAULTS = (ValueError, RecursionError)


async def payload_json(payloads: PayloadQueries, delivery: Document) -> str:
    """Return the response with the snapshot of a delivery, as JSON text.

    The text of the snapshot is inserted unchanged, so each number has the digits that
    Dime.Scheduler sent.
    """
    transaction = await payloads.transaction(delivery.get("transaction_id"))
    before = None if transaction is None else await payloads.transaction_before(transaction)
    return await asyncio.to_thread(_as_json, delivery, transaction, before)


def _as_json(delivery: Document, transaction: Document | None, before: Document | None) -> str:
    stored = transaction or delivery
    has_body = bool(transaction and transaction.get("body"))
    gone = None if has_body else GONE if delivery.get("transaction_id") else NO_SNAPSHOT
    shown = Payload(
        transaction_id=delivery.get("transaction_id"),
        received_at=stored["received_at"],
        action=stored.get("action"),
        body=None,
        gone=gone,
        before=_earlier(before),
        changes=[],
    ).model_dump(mode="json", exclude={"body", "changes"})
    body = transaction["body"] if transaction and has_body else None
    parts = {name: json.dumps(value) for name, value in shown.items()} | {
        "body": "null" if body is None else _embedded(body),
        "changes": _changes(before, body),
    }
    return "{" + ", ".join(f"{json.dumps(name)}: {text}" for name, text in parts.items()) + "}"


def _earlier(before: Document | None) -> EarlierVersion | None:
    if before is None:
        return None
    return EarlierVersion(
        transaction_id=before["_id"],
        received_at=before["received_at"],
        modified_at=before["appointment"]["modified_at"],
    )


def _embedded(body: str) -> str:
    """Return the snapshot's own text, or a JSON text of it where it is no valid JSON."""
    try:
        parse(body)
    except _FAULTS:
        return json.dumps(body)
    return body


def _changes(before: Document | None, body: str | None) -> str:
    if before is None or body is None or not before.get("body"):
        return "[]"
    try:
        return write_json([_shown(c) for c in differences(parse(before["body"]), parse(body))])
    except _FAULTS:
        return "[]"


def _shown(change: Change) -> dict[str, Any]:
    values = {"before": change.before, "after": change.after}
    return {"path": change.path, "kind": change.kind} | {
        name: None if value is MISSING else value for name, value in values.items()
    }


async def attempted(payloads: PayloadQueries, delivery: Document, attempt: int) -> Attempted:
    """Return the facts of an attempt. Raises NotFoundError, ConflictError and GoneError."""
    made = attempt_of(delivery, attempt)
    version = made.get("connector_version")
    connector_id: str = delivery["connector_id"]
    if version is None or connector_id == NO_CONNECTOR:
        raise ConflictError(NO_CALL)
    transaction = await payloads.transaction(delivery.get("transaction_id"))
    if transaction is None or not transaction.get("body"):
        raise GoneError(GONE)
    received = TransactionReceived.model_validate(
        transaction | {"transaction_id": transaction["_id"]}
    )
    return Attempted(
        delivery["_id"],
        connector_id,
        version,
        Action(made.get("sent_action") or received.action),
        received,
    )


def attempt_of(delivery: Document, attempt: int) -> Document:
    """Return a finished attempt of a delivery with its attempts. Raises NotFoundError."""
    for made in delivery["attempts"]:
        if made["attempt"] == attempt:
            found: Document = made
            return found
    raise NotFoundError(f"There is no finished attempt {attempt} of the delivery {delivery['_id']}")
