"""Decides on claims that the guarded upsert did not grant (design.md, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.contracts.appointment import Action
from common.contracts.delivery import Status
from dispatcher.ledger.claim import (
    AlreadySettled,
    ClaimedElsewhere,
    NothingToDelete,
    Superseded,
)
from dispatcher.ledger.newest_version import newer_waiting
from dispatcher.ledger.record import LEASE_OVER, AppointmentPresence, LedgerRecord, RecordedVersion
from dispatcher.ledger.version_notes import nothing_to_delete_note
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from dispatcher.ledger.claim import Claim, UnknownAttempt


@dataclass(frozen=True, slots=True)
class AlreadyGranted:
    """The claim was granted before, and the reply of MongoDB was lost."""

    missing_create: str | None
    is_repetition: bool
    unknown: UnknownAttempt | None


@dataclass(frozen=True, slots=True)
class Grantable:
    """The claim may be granted while the document is unchanged."""

    missing_create: str | None
    is_repetition: bool = False
    unknown: UnknownAttempt | None = None


ClaimDecision = (
    AlreadyGranted | Grantable | AlreadySettled | Superseded | NothingToDelete | ClaimedElsewhere
)


def decide_claim(claim: Claim, record: LedgerRecord, now: datetime) -> ClaimDecision:
    """Return the decision on one claim, from the document as it was read."""
    if record.token == claim.token and record.lease_until > LEASE_OVER:
        return AlreadyGranted(
            _missing_create(claim, record), is_repetition=True, unknown=record.unknown_of(claim)
        )
    outcome = record.outcome_of(claim)
    if outcome is not None:
        return AlreadySettled(outcome)
    newer = _newer(claim, record, now)
    if newer is not None:
        return Superseded(newer.transaction_id, newer.modified_at)
    if record.lease_until > now:
        return ClaimedElsewhere()
    is_repetition = record.may_repeat(claim)
    waiting = None if is_repetition else newer_waiting(claim, record)
    return waiting or _granted(claim, record, is_repetition=is_repetition)


def is_owed(claim: Claim, record: LedgerRecord, decision: ClaimDecision) -> bool:
    """Return whether a superseded create is still owed to the back office."""
    return (
        isinstance(decision, Superseded)
        and claim.action is Action.CREATE
        and claim.sends_missing_create
        and record.created_by is None
        and not record.may_have(claim)
    )


def _newer(claim: Claim, record: LedgerRecord, now: datetime) -> RecordedVersion | None:
    """Return a newer version that was delivered, or whose call was cut off and may have been.

    The same transaction is never newer, even when it was received twice.
    """
    cut_off = record.claimed if record.lease_until <= now else None
    for recorded in (record.delivered, cut_off):
        if (
            recorded is not None
            and recorded.transaction_id != claim.request.transaction.transaction_id
            and claim.version.is_older_than(recorded.version)
        ):
            return recorded
    return None


def _granted(
    claim: Claim, record: LedgerRecord, *, is_repetition: bool
) -> Grantable | NothingToDelete:
    missing = _owed_to(claim, record)
    is_there = (
        record.presence in {AppointmentPresence.PRESENT, AppointmentPresence.UNKNOWN}
        or record.claimed is not None
    )
    if missing and claim.action is Action.DELETE and not is_there:
        outcome = Outcome(status=Status.SKIPPED, message=nothing_to_delete_note(missing))
        return NothingToDelete(missing, outcome)
    unknown = record.unknown_of(claim) or record.cut_off_of(claim)
    return Grantable(_missing_create(claim, record), is_repetition, unknown)


def _missing_create(claim: Claim, record: LedgerRecord) -> str | None:
    """Return the create that an update has to make up for.

    A call that was cut off as such a create may have delivered it. Its own repetition sends the
    create again, and so does the repetition of an attempt whose outcome is unknown.
    """
    if claim.action is not Action.UPDATE or (record.claimed and _may_have_created(claim, record)):
        return None
    unknown = record.unknown_of(claim)
    return _owed_to(claim, record) or (unknown.missing_create if unknown else None)


def _may_have_created(claim: Claim, record: LedgerRecord) -> bool:
    claimed = record.claimed
    return (
        claimed is not None
        and claimed.is_create
        and claimed.transaction_id != claim.request.transaction.transaction_id
    )


def _owed_to(claim: Claim, record: LedgerRecord) -> str | None:
    owed = record.owed
    if owed is None or not claim.sends_missing_create or claim.version.is_older_than(owed.version):
        return None
    return owed.transaction_id
