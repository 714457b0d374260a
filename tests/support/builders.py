"""Builders of data, so that a test shows only the values it is about."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from common.contracts.appointment import Action, Appointment
from common.contracts.connector import Connector
from common.contracts.delivery import DeliveryRequested, Phase, Status, StatusChanged, Trigger
from common.contracts.message import delivery_id_of
from common.contracts.transaction import TransactionReceived

SOURCE_APP = "CRONUSINTERNATIONALLTD."
A_MOMENT = datetime(2026, 7, 21, 14, 3, 9, 447_000, tzinfo=UTC)
_APPOINTMENT_IDS = itertools.count(1_000_000)


def an_appointment(**facts: Any) -> Appointment:
    """Build an appointment of a task of the demo company."""
    given = {
        "key": "demo/37743",
        "appointment_id": 37743,
        "source_app": SOURCE_APP,
        "source_type": "OPPT",
        "job_no": "OP100001",
        "modified_at": A_MOMENT,
    }
    return Appointment(**(given | facts))


def a_transaction(
    transaction_id: str = "t1", action: Action = Action.UPDATE, body: str = "{}", **facts: Any
) -> TransactionReceived:
    """Build a planner's change to that appointment."""
    return TransactionReceived(
        transaction_id=transaction_id,
        source="demo",
        action=action,
        received_at=A_MOMENT,
        appointment=an_appointment(**facts),
        body=body,
    )


def a_delivery(
    attempt: int = 1, connector_id: str = "c1", transaction: TransactionReceived | None = None
) -> DeliveryRequested:
    """Build the delivery of that change to a connector."""
    carried = transaction or a_transaction()
    return DeliveryRequested(
        delivery_id=delivery_id_of(carried.transaction_id, connector_id),
        attempt=attempt,
        trigger=Trigger.SERVICE,
        connector_id=connector_id,
        requested_at=A_MOMENT,
        transaction=carried,
    )


def a_connector(**fields: Any) -> Connector:
    """Build an enabled webhook connector."""
    given = {
        "connector_id": "c1",
        "version": 1,
        "name": "Hook",
        "source_app": SOURCE_APP,
        "system": "Webhook",
        "uri": "http://127.0.0.1:9/",
        "modified_at": A_MOMENT,
    }
    return Connector(**(given | fields))


def a_snapshot(
    appointment_id: int | None = None,
    modified: str = "2026-07-21T14:03:09.447",
    source_app: str | None = SOURCE_APP,
    **fields: Any,
) -> dict[str, Any]:
    """Build the JSON that Dime.Scheduler posts. Each snapshot has an appointment of its own, unless
    the test names one.
    """
    number = next(_APPOINTMENT_IDS) if appointment_id is None else appointment_id
    task = (
        {
            "TaskNo": "OP100001",
            "Job": {"SourceApp": source_app, "SourceType": "OPPT", "JobNo": "OP100001"},
        }
        if source_app
        else None
    )
    return {
        "Id": number,
        "Subject": "Replace compressor",
        "LastModifiedDate": modified,
        "Task": task,
        **fields,
    }


def as_body(snapshot: dict[str, Any]) -> bytes:
    """Return the JSON text of a snapshot."""
    return json.dumps(snapshot).encode()


def an_event(
    attempt: int = 1,
    status: Status | None = Status.SUCCESS,
    number: int = 1,
    connector_id: str = "c1",
    **appointment: Any,
) -> StatusChanged:
    """Build the message about one attempt. A higher number is a later transaction."""
    transaction = a_transaction(f"t{number}", **appointment)
    return StatusChanged(
        delivery_id=f"t{number}.{connector_id}",
        attempt=attempt,
        phase=Phase.DONE if status else Phase.PENDING,
        status=status,
        trigger=Trigger.SERVICE,
        connector_id=connector_id,
        transaction_id=transaction.transaction_id,
        action=transaction.action,
        received_at=A_MOMENT + timedelta(seconds=number),
        appointment=transaction.appointment,
        at=A_MOMENT,
    )


def an_event_about(
    number: int,
    status: Status | None = Status.SUCCESS,
    connector_id: str = "c1",
    appointment: dict[str, Any] | None = None,
    **fields: Any,
) -> StatusChanged:
    """Build the event of one delivery of an appointment of its own, with these fields of both."""
    given: dict[str, Any] = {
        "key": f"demo/{number}",
        "appointment_id": number,
        "subject": f"Overhaul {number}",
        "job_no": f"OP{number:03}",
    } | (appointment or {})
    event = an_event(status=status, number=number, connector_id=connector_id, **given)
    return event.model_copy(update={"connector_name": f"Hook {connector_id}"} | fields)


def as_entered(connector: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the fields of a connector from the API as a change of it sends them, with these
    values.
    """
    return {
        name: value
        for name, value in connector.items()
        if name not in {"connector_id", "modified_at", "secrets", "header_names"}
    } | fields
