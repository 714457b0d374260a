"""The newest version that waits in the lane of a connector which gets the newest only.

The router records each version before it publishes the delivery. A claim that no recorded version
is newer than forgets the record, so a version is recorded while it waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.appointment import Action
from common.contracts.message import delivery_id_of
from dispatcher.ledger.claim import NewerWaits
from dispatcher.ledger.record import LEASE_OVER, NO_VERSION, claim_document

if TYPE_CHECKING:
    from common.contracts.appointment_version import AppointmentVersion
    from dispatcher.ledger.claim import Claim
    from dispatcher.ledger.record import LedgerRecord


def newest_update(claim: Claim) -> UpdateOne:
    """Return the update that records a routed version, unless a newer one is recorded.

    The revision stays, because a claim that is granted at the same time is not wrong.
    """
    as_new = {
        "delivered_version": {"ticks": NO_VERSION},
        "claimed_version": {"ticks": NO_VERSION},
        "lease_until": LEASE_OVER,
    }
    return UpdateOne(
        {"_id": claim.document_id, **_is_older("newest_version", claim.version)},
        {"$set": {"newest_version": claim_document(claim)}, "$setOnInsert": as_new},
        upsert=True,
    )


def forget_newest_update(claim: Claim) -> UpdateOne:
    """Return the update that forgets this version, if it is the newest."""
    transaction = claim.request.transaction.transaction_id
    return UpdateOne(
        {"_id": claim.document_id, "newest_version.by": transaction},
        {"$unset": {"newest_version": ""}},
    )


def none_is_newer(claim: Claim) -> dict[str, Any]:
    """Return the filter for documents without a newer waiting version, by last-modified time."""
    return {
        "$or": [
            {"newest_version.ticks": {"$not": {"$gte": claim.version.ticks}}},
            {"newest_version.by": claim.request.transaction.transaction_id},
        ]
    }


def reached(claim: Claim, record: LedgerRecord) -> dict[str, str]:
    """Return the fields to remove because no newer version waits than the one that is claimed."""
    waits = record.newest is not None and claim.version.is_older_than(record.newest.version)
    return {} if waits else {"newest_version": ""}


def newer_waiting(claim: Claim, record: LedgerRecord) -> NewerWaits | None:
    """Return the newer version that waits, if the connector gets it instead of this one.

    A delete is skipped for another delete only, because an update does not replace it. A create is
    skipped only where the newer version is sent as a create.
    """
    newest, request = record.newest, claim.request
    if (
        newest is None
        or not claim.version.is_older_than(newest.version)
        or newest.transaction_id == request.transaction.transaction_id
        or any(record.outcomes_of(delivery_id_of(newest.transaction_id, request.connector_id)))
    ):
        return None
    is_replaced = newest.version.is_delete or claim.action is not Action.DELETE
    is_kept = claim.action is Action.CREATE and not claim.sends_missing_create
    action = Action.DELETE if newest.version.is_delete else Action.UPDATE
    if action not in claim.yields_to or not is_replaced or is_kept:
        return None
    return NewerWaits(newest.transaction_id, newest.modified_at)


def _is_older(field: str, version: AppointmentVersion) -> dict[str, Any]:
    """Return the filter for documents whose version in ``field`` is older or missing.

    Fields that are empty are missing in a document (record.py).
    """
    ticks, is_delete = f"{field}.ticks", f"{field}.is_delete"
    by_rowversion = _by_rowversion(field, version)
    equal = (
        {"$or": [{is_delete: {"$ne": True}}, by_rowversion]}
        if version.is_delete
        else {is_delete: {"$ne": True}, **by_rowversion}
    )
    return {
        "$or": [
            {ticks: {"$exists": False}},
            {ticks: {"$lt": version.ticks}},
            {ticks: version.ticks, **equal},
        ]
    }


def _by_rowversion(field: str, version: AppointmentVersion) -> dict[str, Any]:
    """Return the filter for an older rowversion. Without two of them the arrival decides."""
    by_arrival = _by_arrival(field, version)
    if not version.rowversion:
        return by_arrival
    rowversion = f"{field}.rowversion"
    is_not_comparable = {rowversion: {"$in": [None, version.rowversion]}}
    return {"$or": [{rowversion: {"$lt": version.rowversion}}, is_not_comparable | by_arrival]}


def _by_arrival(field: str, version: AppointmentVersion) -> dict[str, Any]:
    received, place = f"{field}.received", f"{field}.place"
    earlier: dict[str, Any] = {received: {"$lt": version.received}}
    if not version.place:
        return earlier
    return {
        "$or": [earlier, {received: version.received, place: {"$not": {"$gte": version.place}}}]
    }
