"""The updates of the ledger. Each changes one document."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.ledger.claim import Granted
from dispatcher.ledger.newest_version import none_is_newer, reached
from dispatcher.ledger.record import (
    LEASE_OVER,
    NO_VERSION,
    AppointmentPresence,
    LedgerRecord,
    RecordedVersion,
    claim_document,
    outcome_document,
    version_document,
)

if TYPE_CHECKING:
    from dispatcher.ledger.claim import Claim, NothingToDelete
    from dispatcher.outcome import Outcome

REMEMBERED_ATTEMPTS = 16
LASTING = frozenset({"status", "sent_action", "receipt"})
"""The fields of a success that stay, once its attempt has left ``recent``."""
_NO_VERSION = {"ticks": NO_VERSION}
_FIELDS_OF_0_1_0 = {
    f"{name}{end}": "" for name in ("delivered", "claimed") for end in ("", "_by", "_modified_at")
}
"""The fields of 0.1.0."""


def claim_update(claim: Claim, now: datetime, lease: timedelta) -> UpdateOne:
    """Return the update that grants the usual claim, whose version is newer by its last-modified
    time.

    In every other case the update collides with the existing document. No version that waits is
    newer, so the newest waiting version is forgotten.
    """
    simply = {
        "delivered_version.ticks": {"$lt": claim.version.ticks},
        "claimed_version.ticks": {"$lte": NO_VERSION},
        "lease_until": {"$lte": now},
        "recent.delivery": {"$ne": claim.request.delivery_id},
        "create_owed": {"$exists": False},
    }
    changes = {
        "$set": _claimed_fields(Granted(claim), now + lease),
        "$setOnInsert": {"delivered_version": _NO_VERSION},
        "$unset": {"newest_version": ""},
        "$inc": {"revision": 1},
    }
    waiting = none_is_newer(claim) if claim.yields_to else {}
    return UpdateOne({"_id": claim.document_id, **simply, **waiting}, changes, upsert=True)


def grant_update(
    granted: Granted, record: LedgerRecord, now: datetime, lease: timedelta
) -> UpdateOne:
    """Return the update that grants a claim while the document is unchanged.

    The version of a call that was cut off counts as delivered from now on, because it may have
    been.
    """
    changes = _claimed_fields(granted, now + lease)
    removed = _FIELDS_OF_0_1_0 | reached(granted.claim, record)
    newest = _newest(record)
    changes["delivered_version"] = version_document(newest) if newest else _NO_VERSION
    created_by = record.created_by
    cut_off = record.claimed
    if cut_off is not None and record.presence is not AppointmentPresence.PRESENT:
        changes["presence"] = AppointmentPresence.UNKNOWN
    if cut_off is not None and cut_off.is_create and not granted.sends_create:
        created_by = cut_off.transaction_id
        removed["create_owed"] = ""
    if created_by is not None:
        changes["created_by"] = created_by
    return _guarded(granted.claim, record, now, {"$set": changes, "$unset": removed})


def missing_create_update(granted: Granted) -> UpdateOne:
    """Return the update that records a create of unknown outcome as certainly not delivered.

    A newer version is then sent as a create, unless this attempt delivers it.
    """
    claim = granted.claim
    transaction = claim.request.transaction
    owed = RecordedVersion(
        claim.version,
        granted.missing_create or transaction.transaction_id,
        transaction.appointment.modified_at,
        is_create=True,
    )
    mine = {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": LEASE_OVER}}
    return UpdateOne(
        mine | {"created_by": transaction.transaction_id},
        {
            "$set": {
                "create_owed": version_document(owed),
                "presence": AppointmentPresence.ABSENT,
            },
            "$unset": {"created_by": ""},
            "$inc": {"revision": 1},
        },
    )


def nothing_to_delete_update(
    claim: Claim, record: LedgerRecord, now: datetime, answer: NothingToDelete
) -> UpdateOne:
    """Return the update that counts an unsent delete as delivered.

    Otherwise a retry would send the create after it.
    """
    outcome = outcome_document(answer.outcome)
    changes = {
        "delivered_version": claim_document(claim, outcome),
        "claimed_version": _NO_VERSION,
        "lease_until": LEASE_OVER,
        "presence": AppointmentPresence.ABSENT,
    }
    update = {
        "$set": changes,
        "$unset": {"create_owed": "", "created_by": ""} | _FIELDS_OF_0_1_0 | reached(claim, record),
        "$push": _push_attempt(Granted(claim), outcome, now),
    }
    return _guarded(claim, record, now, update)


def settle_update(granted: Granted, outcome: Outcome, now: datetime) -> UpdateOne:
    """Return the update that stores the outcome of the call, and ends the claim."""
    claim = granted.claim
    stored = outcome_document(outcome)
    changes: dict[str, Any] = {"lease_until": LEASE_OVER, "claimed_version": _NO_VERSION}
    update: dict[str, Any] = {
        "$set": changes,
        "$push": _push_attempt(granted, stored, now),
        "$inc": {"revision": 1},
    }
    is_success = outcome.status is Status.SUCCESS
    if outcome.may_be_stored:
        lasting = {name: value for name, value in stored.items() if name in LASTING}
        changes["delivered_version"] = claim_document(
            claim, lasting if is_success else None, is_create=granted.is_create
        )
        changes["presence"] = _presence(claim, is_success=is_success)
    if outcome.counts_as_delivered:
        update["$unset"] = {"create_owed": ""}
        if granted.is_create:
            changes["created_by"] = claim.request.transaction.transaction_id
        elif claim.action is Action.DELETE and is_success:
            update["$unset"]["created_by"] = ""
    mine = {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": LEASE_OVER}}
    return UpdateOne(mine, update)


def release_update(claim: Claim) -> UpdateOne:
    """Return the update that ends a claim for which nothing was sent.

    A claim that has ended is not changed.
    """
    return UpdateOne(
        {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": LEASE_OVER}},
        {
            "$set": {"lease_until": LEASE_OVER, "claimed_version": _NO_VERSION},
            "$inc": {"revision": 1},
        },
    )


def owed_create_update(claim: Claim) -> UpdateOne:
    """Return the update that records a create as not delivered.

    It changes nothing when a create was or may have been delivered, or when the appointment was
    deleted since.
    """
    nothing_else = {
        "created_by": {"$exists": False},
        "create_owed": {"$exists": False},
        "delivered": {"$not": {"$gt": NO_VERSION}},
        "$or": [
            {"delivered_version.is_delete": {"$ne": True}},
            {"delivered_version.ticks": {"$lt": claim.version.ticks}},
        ],
    }
    as_new = {
        "delivered_version": _NO_VERSION,
        "claimed_version": _NO_VERSION,
        "lease_until": LEASE_OVER,
        "presence": AppointmentPresence.ABSENT,
    }
    return UpdateOne(
        {"_id": claim.document_id, **nothing_else},
        {
            "$set": {"create_owed": claim_document(claim, is_create=True)},
            "$setOnInsert": as_new,
            "$inc": {"revision": 1},
        },
        upsert=True,
    )


def renew_update(claim: Claim, until: datetime) -> UpdateOne:
    """Return the update that renews a claim while its call is under way."""
    return UpdateOne(
        {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": LEASE_OVER}},
        {"$set": {"lease_until": until}},
    )


def forget_order_update() -> dict[str, Any]:
    """Return the change after which a version of any age is granted.

    The outcomes of deliveries stay.
    """
    return {
        "$set": {"delivered_version.ticks": NO_VERSION, "claimed_version.ticks": NO_VERSION},
        "$unset": {"delivered_version.is_delete": "", "newest_version": "", **_FIELDS_OF_0_1_0},
        "$inc": {"revision": 1},
    }


def _guarded(
    claim: Claim, record: LedgerRecord, now: datetime, update: dict[str, Any]
) -> UpdateOne:
    """Return a compare-and-set. A document that was changed since collides with the upsert."""
    unchanged = {"$exists": False} if record.revision is None else record.revision
    return UpdateOne(
        {"_id": claim.document_id, "revision": unchanged, "lease_until": {"$lte": now}},
        update | {"$inc": {"revision": 1}},
        upsert=True,
    )


def _claimed_fields(granted: Granted, until: datetime) -> dict[str, Any]:
    claim = granted.claim
    return {
        "claimed_version": claim_document(claim, is_create=granted.is_create),
        "token": claim.token,
        "lease_until": until,
    }


def _newest(record: LedgerRecord) -> RecordedVersion | None:
    delivered, claimed = record.delivered, record.claimed
    if delivered is None or claimed is None:
        return delivered or claimed
    return claimed if delivered.version.is_older_than(claimed.version) else delivered


def _presence(claim: Claim, *, is_success: bool) -> AppointmentPresence:
    if not is_success:
        return AppointmentPresence.UNKNOWN
    return (
        AppointmentPresence.ABSENT if claim.action is Action.DELETE else AppointmentPresence.PRESENT
    )


def _push_attempt(granted: Granted, outcome: dict[str, Any], at: datetime) -> dict[str, Any]:
    claim = granted.claim
    entry: dict[str, Any] = {
        "key": claim.key,
        "delivery": claim.request.delivery_id,
        "outcome": outcome,
        "at": at,
    }
    if granted.missing_create is not None:
        entry["missing_create"] = granted.missing_create
    return {"recent": {"$each": [entry], "$slice": -REMEMBERED_ATTEMPTS}}
