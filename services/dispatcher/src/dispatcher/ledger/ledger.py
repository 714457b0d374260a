"""The ledger in MongoDB. One unordered bulk write holds the claims and outcomes of many
deliveries.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pymongo.errors import PyMongoError

from common.batcher import Batcher
from common.contracts.appointment import Action
from common.contracts.delivery import Status
from common.database import is_unavailable, retry_while_unavailable
from dispatcher.ledger import updates
from dispatcher.ledger.bulk_writer import BulkWriter, LedgerWrite
from dispatcher.ledger.claim import (
    AlreadySettled,
    Claim,
    ClaimedElsewhere,
    ClaimResult,
    Granted,
    NewerWaits,
    NothingToDelete,
    Superseded,
    document_id_of,
)
from dispatcher.ledger.newest_version import forget_newest_update, newest_update
from dispatcher.ledger.server_clock import ServerClock
from dispatcher.metrics import LEDGER_ANSWERS, LEDGER_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from motor.motor_asyncio import AsyncIOMotorDatabase

    from common.contracts.delivery import DeliveryRequested
    from dispatcher.outcome import Outcome

log = structlog.get_logger()
_RESULT_COUNTERS = {
    Granted: LEDGER_ANSWERS.labels("granted"),
    AlreadySettled: LEDGER_ANSWERS.labels("done"),
    Superseded: LEDGER_ANSWERS.labels("superseded"),
    NewerWaits: LEDGER_ANSWERS.labels("newer waits"),
    NothingToDelete: LEDGER_ANSWERS.labels("never delivered"),
    ClaimedElsewhere: LEDGER_ANSWERS.labels("busy"),
}


class Ledger:
    """The ledger: one document for each connector and appointment, as ``record.py`` describes."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], lease_s: float) -> None:
        self._collection = database["ledger"]
        self._lease = timedelta(seconds=lease_s)
        self._clock = ServerClock(database)
        self._bulk = BulkWriter(self._collection, self._lease, self._clock.now)
        self._active: dict[str, Claim] = {}
        self._releasing: set[asyncio.Task[None]] = set()
        self._batcher: Batcher[LedgerWrite, ClaimResult | None] = Batcher(self._write)
        self._reader: Batcher[Claim, bool] = Batcher(self._bulk.find_newer)

    async def claim(self, claim: Claim) -> ClaimResult:
        """Return the grant of the claim, or the reason against a call."""
        claim_update = updates.claim_update(claim, self._clock.now(), self._lease)
        submitted = self._batcher.submit(LedgerWrite(claim, claim_update, "claim"))
        try:
            answer = await asyncio.shield(submitted)
        except asyncio.CancelledError:
            submitted.add_done_callback(self._release_abandoned)
            raise
        assert answer is not None  # noqa: S101 - narrows the type: only claims are answered
        _RESULT_COUNTERS[type(answer)].inc()
        if isinstance(answer, Granted):
            self._active[claim.token] = claim
        return answer

    async def settle(self, granted: Granted, outcome: Outcome) -> None:
        """Store the outcome of the call, and end the claim."""
        self._active.pop(granted.claim.token, None)
        writes = _settling(granted, outcome, self._clock.now())
        pending = [self._batcher.submit(write) for write in writes]
        for done in pending:
            await done

    async def record_missing(self, granted: Granted) -> None:
        """Record that the back office certainly does not have the record of an earlier attempt."""
        if granted.is_create:
            update = updates.missing_create_update(granted)
            await self._batcher.submit(LedgerWrite(granted.claim, update, "owe"))

    async def release(self, claim: Claim) -> None:
        """End a claim for which nothing was sent. The claim may have ended before."""
        self._active.pop(claim.token, None)
        await self._batcher.submit(LedgerWrite(claim, updates.release_update(claim), "release"))

    async def record_owed_create(self, request: DeliveryRequested) -> None:
        """Record a create that ended before its claim. The next version is sent as a create."""
        if request.transaction.action is Action.CREATE:
            claim = Claim(request)
            await self._batcher.submit(LedgerWrite(claim, updates.owed_create_update(claim), "owe"))

    async def record_newest(self, request: DeliveryRequested) -> None:
        """Record a version that goes to its lane next, unless a newer one is recorded.

        A create is not recorded, because other versions are hardly ever older.
        """
        if request.transaction.action is not Action.CREATE:
            claim = Claim(request)
            await self._batcher.submit(LedgerWrite(claim, newest_update(claim), "newest"))

    async def forget_newest(self, request: DeliveryRequested) -> None:
        """Forget a version that ended before its claim, so that no older one is skipped for it."""
        if request.transaction.action is not Action.CREATE:
            claim = Claim(request)
            await self._batcher.submit(LedgerWrite(claim, forget_newest_update(claim), "newest"))

    async def newer_waits(self, granted: Granted) -> bool:
        """Return whether a newer version was routed since the claim, so that it has to be made
        again.

        Returns False where the claim does not yield, and while MongoDB is unavailable.
        """
        if granted.is_repetition or not granted.claim.yields_to:
            return False
        return await self._reader.submit(granted.claim)

    async def forget_order(self, appointment_key: str, connector_ids: Iterable[str]) -> int:
        """Allow a next version of any age. Returns the number of connectors with this
        appointment.
        """
        ids = [document_id_of(connector_id, appointment_key) for connector_id in connector_ids]
        async for trial in retry_while_unavailable():
            with trial:
                result = await self._collection.update_many(
                    {"_id": {"$in": ids}}, updates.forget_order_update()
                )
                return int(result.matched_count)
        raise AssertionError  # retry_while_unavailable ends only by an exception

    async def renew_leases(self) -> None:
        """Renew the leases of calls under way, until cancelled."""
        while True:
            try:
                await self._clock.measure()
                await self._renew()
            except PyMongoError as error:
                if not is_unavailable(error):
                    raise
                log.warning(
                    "leases could not be renewed, because MongoDB is unavailable",
                    calls=len(self._active),
                )
            await asyncio.sleep(self._lease.total_seconds() / 4)

    async def _renew(self) -> None:
        until = self._clock.now() + self._lease
        renewals = [updates.renew_update(claim, until) for claim in list(self._active.values())]
        if renewals:
            await self._collection.bulk_write(renewals, ordered=False)

    def _release_abandoned(self, submitted: asyncio.Future[ClaimResult | None]) -> None:
        """Release a claim that was granted after its caller was cancelled."""
        if submitted.cancelled() or submitted.exception() is not None:
            return
        answer = submitted.result()
        if isinstance(answer, Granted):
            task = asyncio.get_running_loop().create_task(self.release(answer.claim))
            self._releasing.add(task)
            task.add_done_callback(self._releasing.discard)

    async def _write(self, items: Sequence[LedgerWrite]) -> list[ClaimResult | Exception | None]:
        with LEDGER_SECONDS.time():
            return await self._bulk.write(items)


def _settling(granted: Granted, outcome: Outcome, now: datetime) -> list[LedgerWrite]:
    """Return the writes that end a claim.

    A create that its connector does not want is not owed.
    """
    claim = granted.claim
    settled = LedgerWrite(claim, updates.settle_update(granted, outcome, now), "settle")
    is_wanted = claim.action is Action.CREATE and outcome.status is not Status.SKIPPED
    if not is_wanted or outcome.counts_as_delivered:
        return [settled]
    return [LedgerWrite(claim, updates.owed_create_update(claim), "owe"), settled]
