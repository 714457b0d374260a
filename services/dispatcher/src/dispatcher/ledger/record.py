"""Reads the documents of the ledger, including those of 0.1.0.

``delivered_version`` is the newest version that the back office has or may have.
``claimed_version`` is the version of the call under way, and ``lease_until`` the end of its claim.
``recent`` holds the last attempts with their outcomes. ``presence`` is the knowledge whether the
back office has the appointment. ``created_by`` is the transaction that was, or may have been,
delivered as a create. ``create_owed`` is the create that was not. ``newest_version`` is the newest
version that was routed and not claimed yet, of connectors that get the newest only. ``revision``
grows with every change except renewals of the lease and newest versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from common.contracts.appointment_version import AppointmentVersion
from common.contracts.delivery import Status
from common.contracts.moments import ticks_of
from dispatcher.ledger.claim import UnknownAttempt
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from dispatcher.ledger.claim import Claim

NO_VERSION = -(2**62)
"""The ticks that stand for no version."""
LEASE_OVER = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = ticks_of(LEASE_OVER)
_MILLISECOND = 10_000


class AppointmentPresence(StrEnum):
    """Whether the back office has the appointment."""

    PRESENT = "present"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RecordedVersion:
    """A version in the ledger, with its transaction.

    A version with ``outcome`` is final: its delivery is never sent again.
    """

    version: AppointmentVersion
    transaction_id: str
    modified_at: datetime
    is_create: bool = False
    outcome: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """The ledger's document of one appointment at one connector."""

    revision: int | None
    token: str | None
    lease_until: datetime
    delivered: RecordedVersion | None
    claimed: RecordedVersion | None
    owed: RecordedVersion | None
    newest: RecordedVersion | None
    created_by: str | None
    presence: AppointmentPresence | None
    recent: Sequence[Mapping[str, Any]]
    final: tuple[str, Mapping[str, Any]] | None
    """The transaction whose outcome is final although it may have left ``recent``."""

    def outcome_of(self, claim: Claim) -> Outcome | None:
        """Return the outcome that settles a claim without a call, or None.

        It is the outcome of the same attempt, or the success of any attempt of the same delivery.
        """
        for entry in self.recent:
            is_success = entry["outcome"]["status"] == Status.SUCCESS
            if entry["key"] == claim.key or (
                is_success and _is_of(entry, claim.request.delivery_id)
            ):
                return Outcome.model_validate(entry["outcome"])
        if self.final and self.final[0] == claim.request.transaction.transaction_id:
            return Outcome.model_validate(self.final[1])
        return None

    def unknown_of(self, claim: Claim) -> UnknownAttempt | None:
        """Return the last attempt of the same delivery whose outcome is unknown, or None.

        None also when a later attempt found that the record was missing. An attempt that 0.1.0
        stored has no time, so it counts from the request of this claim.
        """
        for entry in reversed(self.recent):
            if not _is_of(entry, claim.request.delivery_id):
                continue
            outcome = Outcome.model_validate(entry["outcome"])
            if outcome.outcome_unknown:
                since = outcome.unknown_since or entry.get("at") or claim.request.requested_at
                return UnknownAttempt(since, outcome, entry.get("missing_create"))
            if outcome.was_missing:
                return None
        return None

    def cut_off_of(self, claim: Claim) -> UnknownAttempt | None:
        """Return the call for the same transaction that was cut off with its process, or None."""
        cut_off = self.claimed
        if cut_off is None or cut_off.transaction_id != claim.request.transaction.transaction_id:
            return None
        return UnknownAttempt(self.lease_until)

    def may_have(self, claim: Claim) -> bool:
        """Return whether the back office has this delivery, or may have it."""
        return any(
            outcome.counts_as_delivered for outcome in self.outcomes_of(claim.request.delivery_id)
        )

    def may_repeat(self, claim: Claim) -> bool:
        """Return whether an earlier call of this delivery may have been stored."""
        outcomes = self.outcomes_of(claim.request.delivery_id)
        cut_off = self.claimed and self.claimed.transaction_id
        return cut_off == claim.request.transaction.transaction_id or any(
            outcome.may_be_stored for outcome in outcomes
        )

    def outcomes_of(self, delivery_id: str) -> Iterator[Outcome]:
        """Return the outcomes of the last attempts of a delivery."""
        return (
            Outcome.model_validate(entry["outcome"])
            for entry in self.recent
            if _is_of(entry, delivery_id)
        )


def claim_document(
    claim: Claim, outcome: dict[str, Any] | None = None, *, is_create: bool = False
) -> dict[str, Any]:
    """Return the version of a claim as a part of a document."""
    transaction = claim.request.transaction
    recorded = RecordedVersion(
        claim.version,
        transaction.transaction_id,
        transaction.appointment.modified_at,
        is_create,
        outcome,
    )
    return version_document(recorded)


def version_document(recorded: RecordedVersion) -> dict[str, Any]:
    """Return a version as a part of a document, without its empty fields."""
    version = recorded.version
    stored: dict[str, Any] = {
        "ticks": version.ticks,
        "received": version.received,
        "by": recorded.transaction_id,
        "modified_at": recorded.modified_at,
    }
    if version.rowversion:
        stored["rowversion"] = version.rowversion
    if version.place:
        stored["place"] = version.place
    if version.is_delete:
        stored["is_delete"] = True
    if recorded.is_create:
        stored["is_create"] = True
    if recorded.outcome:
        stored["outcome"] = recorded.outcome
    return stored


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a part of a document, without its empty fields and its answer."""
    return outcome.model_dump(mode="json", exclude_defaults=True, exclude={"answer"})


def parse_document(document: Mapping[str, Any]) -> LedgerRecord:
    """Return the record that a document holds."""
    delivered = _known(document, "delivered")
    is_old = "delivered_version" not in document
    presence = document.get("presence") or (AppointmentPresence.UNKNOWN if delivered else None)
    final = document.get("delivered_version") or {}
    return LedgerRecord(
        revision=document.get("revision"),
        token=document.get("token"),
        lease_until=document.get("lease_until", LEASE_OVER),
        delivered=delivered,
        claimed=_known(document, "claimed"),
        owed=_version(document.get("create_owed")),
        newest=_version(document.get("newest_version")),
        created_by=document.get("created_by")
        or (delivered.transaction_id if delivered and is_old else None),
        presence=AppointmentPresence(presence) if presence else None,
        recent=document.get("recent", ()),
        final=(final["by"], final["outcome"]) if final.get("outcome") else None,
    )


def _known(document: Mapping[str, Any], name: str) -> RecordedVersion | None:
    found = document.get(f"{name}_version")
    return _version(found) if found is not None else _version_of_0_1_0(document, name)


def _version(stored: Mapping[str, Any] | None) -> RecordedVersion | None:
    if stored is None or stored["ticks"] == NO_VERSION:
        return None
    return RecordedVersion(
        version=AppointmentVersion(
            ticks=stored["ticks"],
            rowversion=stored.get("rowversion"),
            received=stored["received"],
            place=stored.get("place", 0),
            is_delete=stored.get("is_delete", False),
        ),
        transaction_id=stored["by"],
        modified_at=stored["modified_at"],
        is_create=stored.get("is_create", False),
        outcome=stored.get("outcome"),
    )


def _version_of_0_1_0(document: Mapping[str, Any], name: str) -> RecordedVersion | None:
    """Return a version that 0.1.0 stored. It is ordered by milliseconds since 1970 alone."""
    milliseconds = document.get(name, NO_VERSION)
    if milliseconds == NO_VERSION:
        return None
    return RecordedVersion(
        version=AppointmentVersion(_EPOCH + milliseconds * _MILLISECOND),
        transaction_id=document[f"{name}_by"],
        modified_at=document[f"{name}_modified_at"],
    )


def _is_of(entry: Mapping[str, Any], delivery_id: str) -> bool:
    """Return whether an attempt belongs to the delivery."""
    return bool(entry["key"].rpartition(".")[0] == delivery_id)
