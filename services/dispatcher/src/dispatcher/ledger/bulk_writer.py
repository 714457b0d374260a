"""Writes many changes of the ledger at once, and decides on those that collide."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import structlog
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError, WTimeoutError

from common.database import DUPLICATE_KEY, is_unavailable, retry_while_unavailable
from dispatcher.ledger import updates
from dispatcher.ledger.claim import (
    Claim,
    ClaimedElsewhere,
    ClaimResult,
    Granted,
    NothingToDelete,
)
from dispatcher.ledger.claim_decision import (
    AlreadyGranted,
    ClaimDecision,
    Grantable,
    decide_claim,
    is_owed,
)
from dispatcher.ledger.newest_version import newer_waiting
from dispatcher.ledger.record import LedgerRecord, parse_document

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import datetime, timedelta

    from motor.motor_asyncio import AsyncIOMotorCollection

log = structlog.get_logger()


class LedgerWrite(NamedTuple):
    """One change of one document. Only claims get a result."""

    claim: Claim
    operation: UpdateOne
    kind: Literal["claim", "settle", "release", "owe", "newest"]


class _Result(NamedTuple):
    """The result of one bulk write.

    ``collided`` holds the indexes of changes that collided with an existing document, ``failed``
    the codes of other errors by index, and ``unmatched`` the number of changes that found no
    document.
    """

    collided: Collection[int]
    failed: dict[int, int]
    unmatched: int


class BulkWriter:
    """Writes unordered batches. Waits while MongoDB is unavailable."""

    def __init__(
        self,
        collection: AsyncIOMotorCollection[dict[str, Any]],
        lease: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._collection = collection
        self._lease = lease
        self._now = now

    async def write(self, items: Sequence[LedgerWrite]) -> list[ClaimResult | Exception | None]:
        """Return a result for each claim, and None for each other write.

        An item that cannot be written fails alone.
        """
        try:
            return await self._write_when_available(items)
        except Exception as error:  # noqa: BLE001 - raised to the one who submitted the item
            if len(items) == 1:
                return [error]
        return [(await self.write([item]))[0] for item in items]

    async def find_newer(self, claims: Sequence[Claim]) -> list[bool]:
        """Return for each claim whether a newer version waits. Returns False while MongoDB is
        unavailable, because each version may be sent.
        """
        try:
            records = await self._read(claim.document_id for claim in claims)
        except PyMongoError:
            return [False] * len(claims)
        found = [(claim, records.get(claim.document_id)) for claim in claims]
        return [bool(record and newer_waiting(claim, record)) for claim, record in found]

    async def _write_when_available(
        self, items: Sequence[LedgerWrite]
    ) -> list[ClaimResult | Exception | None]:
        async for trial in retry_while_unavailable():
            with trial:
                return await self._write_once(items)
        raise AssertionError  # retry_while_unavailable ends only by an exception

    async def _write_once(
        self, items: Sequence[LedgerWrite]
    ) -> list[ClaimResult | Exception | None]:
        result = await self._apply([item.operation for item in items])
        answers: list[ClaimResult | Exception | None] = [
            Granted(item.claim) if item.kind == "claim" else None for item in items
        ]
        for index, code in result.failed.items():
            answers[index] = RuntimeError(
                f"the ledger could not be written: MongoDB's error {code}"
            )
        settled = [item.claim for item in items if item.kind == "settle"]
        if result.unmatched and settled:
            await self._warn_about_ended_claims(settled)
        again = [
            items[index].operation for index in result.collided if items[index].kind == "newest"
        ]
        if again:  # a claim may have inserted the document at the same time
            await self._apply(again)
        unclear = [index for index in result.collided if items[index].kind == "claim"]
        if unclear:
            closer = await self._decide_collisions([items[index].claim for index in unclear])
            for index, answer in zip(unclear, closer, strict=True):
                answers[index] = answer
        return answers

    async def _apply(self, operations: Sequence[UpdateOne]) -> _Result:
        try:
            done = await self._collection.bulk_write(list(operations), ordered=False)
        except BulkWriteError as error:
            return _result_of(error, len(operations))
        return _Result((), {}, len(operations) - done.matched_count - done.upserted_count)

    async def _decide_collisions(self, claims: Sequence[Claim]) -> list[ClaimResult]:
        """Decide on claims that the guarded upsert did not grant.

        The decision is written by compare-and-set on the documents as they were read.
        """
        now = self._now()
        records = await self._read(claim.document_id for claim in claims)
        decided = [
            (claim, _decision_on(claim, records.get(claim.document_id), now)) for claim in claims
        ]
        changes = {
            index: change
            for index, (claim, decision) in enumerate(decided)
            if (change := self._change(claim, decision, records.get(claim.document_id), now))
        }
        result = await self._apply(list(changes.values())) if changes else _Result((), {}, 0)
        indexes = list(changes)
        lost = {indexes[index] for index in (*result.collided, *result.failed)}
        return [
            _answer(claim, decision, is_lost=index in lost)
            for index, (claim, decision) in enumerate(decided)
        ]

    def _change(
        self, claim: Claim, decision: ClaimDecision, record: LedgerRecord | None, now: datetime
    ) -> UpdateOne | None:
        if record is None:
            return None
        if isinstance(decision, Grantable):
            granted = _granted(claim, decision)
            return updates.grant_update(granted, record, now, self._lease)
        if isinstance(decision, NothingToDelete):
            return updates.nothing_to_delete_update(claim, record, now, decision)
        return updates.owed_create_update(claim) if is_owed(claim, record, decision) else None

    async def _read(self, ids: Iterable[str]) -> dict[str, LedgerRecord]:
        found = await self._collection.find({"_id": {"$in": list(ids)}}).to_list(None)
        return {document["_id"]: parse_document(document) for document in found}

    async def _warn_about_ended_claims(self, settled: Sequence[Claim]) -> None:
        """Log outcomes whose claim had ended, because the lease ran out during the call."""
        records = await self._read(claim.document_id for claim in settled)
        for claim in settled:
            record = records.get(claim.document_id)
            if record is None or all(entry["key"] != claim.key for entry in record.recent):
                log.warning(
                    "an outcome was not written to the ledger, because its claim had ended",
                    delivery_id=claim.request.delivery_id,
                    attempt=claim.request.attempt,
                    connector_id=claim.request.connector_id,
                )


def _decision_on(claim: Claim, record: LedgerRecord | None, now: datetime) -> ClaimDecision:
    return ClaimedElsewhere() if record is None else decide_claim(claim, record, now)


def _result_of(error: BulkWriteError, count: int) -> _Result:
    details = error.details
    if details.get("writeConcernErrors"):
        # A write without a majority may be rolled back, so it is repeated.
        raise WTimeoutError("the ledger was not written by a majority") from error
    if is_unavailable(error):
        raise error
    errors = details["writeErrors"]
    return _Result(
        collided=[e["index"] for e in errors if e["code"] == DUPLICATE_KEY],
        failed={e["index"]: e["code"] for e in errors if e["code"] != DUPLICATE_KEY},
        unmatched=count - len(errors) - details["nMatched"] - details["nUpserted"],
    )


def _answer(claim: Claim, decision: ClaimDecision, *, is_lost: bool) -> ClaimResult:
    """Return the result of a claim. A claim whose document was changed is tried again."""
    if isinstance(decision, AlreadyGranted | Grantable):
        return ClaimedElsewhere() if is_lost else _granted(claim, decision)
    return ClaimedElsewhere() if is_lost and isinstance(decision, NothingToDelete) else decision


def _granted(claim: Claim, decision: AlreadyGranted | Grantable) -> Granted:
    return Granted(claim, decision.missing_create, decision.is_repetition, decision.unknown)
