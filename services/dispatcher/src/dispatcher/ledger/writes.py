"""The writes of the ledger, each one document's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.ledger.record import (
    NEVER,
    OVER,
    Known,
    Presence,
    Record,
    as_stored,
    outcome_stored,
    stored_again,
)

if TYPE_CHECKING:
    from dispatcher.ledger.claim import Claim, NeverDelivered
    from dispatcher.outcome import Outcome

REMEMBERED = 16
SUCCESS = {"status": str(Status.SUCCESS)}
"""The outcome of a delivered version, once its attempt has left ``recent``."""
_NONE = {"ticks": NEVER}
_OF_OLD = {
    f"{name}{end}": "" for name in ("delivered", "claimed") for end in ("", "_by", "_modified_at")
}
"""The fields of 0.1.0."""


def claiming(claim: Claim, now: datetime, lease: timedelta) -> UpdateOne:
    """Grant a version that is newer by its last-modified time alone, where nothing else has to be
    considered; every other one collides with the document that is there.
    """
    simply = {
        "delivered_version.ticks": {"$lt": claim.version.ticks},
        "claimed_version.ticks": {"$lte": NEVER},
        "lease_until": {"$lte": now},
        "recent.delivery": {"$ne": claim.request.delivery_id},
        "create_owed": {"$exists": False},
    }
    changes = {
        "$set": _taken(claim, now + lease),
        "$setOnInsert": {"delivered_version": _NONE},
        "$inc": {"revision": 1},
    }
    return UpdateOne({"_id": claim.document_id, **simply}, changes, upsert=True)


def granting(claim: Claim, record: Record, now: datetime, lease: timedelta) -> UpdateOne:
    """Grant a claim while the document is as it was read.

    The version of a call that was cut off counts as delivered from now on: it may have been.
    """
    changes = _taken(claim, now + lease)
    removed = dict(_OF_OLD)
    newest = _newest(record)
    changes["delivered_version"] = stored_again(newest) if newest else _NONE
    created_by = record.created_by
    cut_off = record.claimed
    if cut_off is not None and record.presence is not Presence.PRESENT:
        changes["presence"] = Presence.UNKNOWN
    if cut_off is not None and cut_off.is_create and not claim.sends_create:
        created_by = cut_off.by
        removed["create_owed"] = ""
    if created_by is not None:
        changes["created_by"] = created_by
    return _guarded(claim, record, now, {"$set": changes, "$unset": removed})


def never_delivered(
    claim: Claim, record: Record, now: datetime, answer: NeverDelivered
) -> UpdateOne:
    """Count a delete that is not sent as delivered, so that no retry sends the create after it."""
    outcome = outcome_stored(answer.outcome)
    changes = {
        "delivered_version": as_stored(claim, outcome),
        "claimed_version": _NONE,
        "lease_until": OVER,
        "presence": Presence.ABSENT,
    }
    update = {
        "$set": changes,
        "$unset": {"create_owed": "", "created_by": "", **_OF_OLD},
        "$push": _remembering(claim, outcome),
    }
    return _guarded(claim, record, now, update)


def settling(claim: Claim, outcome: Outcome) -> UpdateOne:
    """Write down the outcome of the call, and end the claim."""
    stored = outcome_stored(outcome)
    changes: dict[str, Any] = {"lease_until": OVER, "claimed_version": _NONE}
    update: dict[str, Any] = {
        "$set": changes,
        "$push": _remembering(claim, stored),
        "$inc": {"revision": 1},
    }
    is_success = outcome.status is Status.SUCCESS
    if outcome.may_be_stored:
        changes["delivered_version"] = as_stored(claim, SUCCESS if is_success else None)
        changes["presence"] = _presence(claim, is_success=is_success)
    if outcome.counts_as_delivered:
        update["$unset"] = {"create_owed": ""}
        if claim.is_create:
            changes["created_by"] = claim.request.transaction.transaction_id
        elif claim.action is Action.DELETE and is_success:
            update["$unset"]["created_by"] = ""
    mine = {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": OVER}}
    return UpdateOne(mine, update)


def releasing(claim: Claim) -> UpdateOne:
    """End a claim for which nothing was sent; once it has ended, this changes nothing."""
    return UpdateOne(
        {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": OVER}},
        {"$set": {"lease_until": OVER, "claimed_version": _NONE}, "$inc": {"revision": 1}},
    )


def owing(claim: Claim) -> UpdateOne:
    """Note that a create was not delivered, unless one was, or may have been, or the appointment
    was deleted since.
    """
    nothing_else = {
        "created_by": {"$exists": False},
        "create_owed": {"$exists": False},
        "delivered": {"$not": {"$gt": NEVER}},
        "$or": [
            {"delivered_version.is_delete": {"$ne": True}},
            {"delivered_version.ticks": {"$lt": claim.version.ticks}},
        ],
    }
    as_new = {
        "delivered_version": _NONE,
        "claimed_version": _NONE,
        "lease_until": OVER,
        "presence": Presence.ABSENT,
    }
    return UpdateOne(
        {"_id": claim.document_id, **nothing_else},
        {
            "$set": {"create_owed": as_stored(claim)},
            "$setOnInsert": as_new,
            "$inc": {"revision": 1},
        },
        upsert=True,
    )


def renewing(claim: Claim, until: datetime) -> UpdateOne:
    """Keep a claim while its call is under way."""
    return UpdateOne(
        {"_id": claim.document_id, "token": claim.token, "lease_until": {"$ne": OVER}},
        {"$set": {"lease_until": until}},
    )


def forgetting() -> dict[str, Any]:
    """Return the change after which a version of any age is granted; the outcomes of deliveries
    are kept.
    """
    return {
        "$set": {"delivered_version.ticks": NEVER, "claimed_version.ticks": NEVER},
        "$unset": {"delivered_version.is_delete": "", **_OF_OLD},
        "$inc": {"revision": 1},
    }


def _guarded(claim: Claim, record: Record, now: datetime, update: dict[str, Any]) -> UpdateOne:
    """Compare and set: a document that was changed since collides with the upsert."""
    unchanged = {"$exists": False} if record.revision is None else record.revision
    return UpdateOne(
        {"_id": claim.document_id, "revision": unchanged, "lease_until": {"$lte": now}},
        update | {"$inc": {"revision": 1}},
        upsert=True,
    )


def _taken(claim: Claim, until: datetime) -> dict[str, Any]:
    return {
        "claimed_version": as_stored(claim),
        "token": claim.token,
        "lease_until": until,
    }


def _newest(record: Record) -> Known | None:
    delivered, claimed = record.delivered, record.claimed
    if delivered is None or claimed is None:
        return delivered or claimed
    return claimed if delivered.version.is_older_than(claimed.version) else delivered


def _presence(claim: Claim, *, is_success: bool) -> Presence:
    if not is_success:
        return Presence.UNKNOWN
    return Presence.ABSENT if claim.action is Action.DELETE else Presence.PRESENT


def _remembering(claim: Claim, outcome: dict[str, Any]) -> dict[str, Any]:
    entry = {"key": claim.key, "delivery": claim.request.delivery_id, "outcome": outcome}
    return {"recent": {"$each": [entry], "$slice": -REMEMBERED}}
