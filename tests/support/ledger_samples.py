"""Versions of one appointment and outcomes of their deliveries, for the tests of the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.contracts.appointment import Action
from common.contracts.delivery import DeliveryRequested, Status
from common.contracts.transaction import TransactionReceived
from dispatcher.ledger.claim import Claim, Granted
from dispatcher.ledger.ledger import Ledger
from dispatcher.outcome import Outcome
from tests.support.builders import A_MOMENT, a_delivery, a_transaction
from tests.support.database import Database

LEASE_S = 1.0
SUCCESS = Outcome(status=Status.SUCCESS, http_status=200, tries=1)
REFUSED = Outcome(
    status=Status.FAILED,
    code="DSWBHK020",
    message="[DSWBHK020] Status code: 400.",
    http_status=400,
    tries=1,
)
GATEWAY_FAULT = Outcome(
    status=Status.FAILED,
    code="DSWBHK020",
    message="[DSWBHK020] Status code: 502.",
    http_status=502,
    outcome_unknown=True,
    owes_create=True,
    tries=1,
)
UNKNOWN = Outcome(
    status=Status.FAILED,
    code="DSWBHK010",
    message="[DSWBHK010] No answer.",
    outcome_unknown=True,
    tries=1,
)


def version(number: int, attempt: int = 1, action: Action = Action.UPDATE) -> DeliveryRequested:
    """Build the delivery of a version that was modified this many milliseconds after a fixed
    moment.
    """
    return a_delivery(
        attempt=attempt,
        transaction=a_transaction(
            f"t{number}", action, modified_at=A_MOMENT + timedelta(milliseconds=number)
        ),
    )


def at_the_same_moment(
    name: str, *, received_s: int = 0, action: Action = Action.UPDATE, **facts: Any
) -> DeliveryRequested:
    """Build the delivery of another version with the same last-modified time."""
    sent = a_transaction(name, action, **facts).model_dump()
    received = {"received_at": A_MOMENT + timedelta(seconds=received_s)}
    return a_delivery(transaction=TransactionReceived.model_validate(sent | received))


async def deliver(
    ledger: Ledger, request: DeliveryRequested, outcome: Outcome = SUCCESS
) -> Granted:
    """Claim and settle a delivery. The claim must be granted."""
    granted = await ledger.claim(Claim(request))
    assert isinstance(granted, Granted)
    await ledger.settle(granted, outcome)
    return granted


async def the_document(database: Database) -> dict[str, Any]:
    """Return the only document of the ledger."""
    found = await database["ledger"].find_one({})
    assert found is not None
    return dict(found)


async def end_leases(database: Database) -> None:
    """Expire every lease, as if its replica were dead."""
    ended = {"lease_until": A_MOMENT - timedelta(days=365)}
    await database["ledger"].update_many({}, {"$set": ended})
