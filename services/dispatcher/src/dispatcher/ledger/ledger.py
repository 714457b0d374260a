"""The ledger in MongoDB: claims and settles of many deliveries go out together in one
unordered bulk write.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog
from pymongo import UpdateOne
from pymongo.errors import BulkWriteError, PyMongoError

from common.batcher import Batcher
from common.database import is_away, outlast
from dispatcher.ledger.claim import Answer, Busy, Claim, Done, Superseded
from dispatcher.metrics import LEDGER_ANSWERS, LEDGER_SECONDS
from dispatcher.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase

log = structlog.get_logger()
NEVER = -(2**62)
OVER = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBERED = 16
DUPLICATE_KEY = 11000
_COUNTED = {
    Claim: LEDGER_ANSWERS.labels("granted"),
    Done: LEDGER_ANSWERS.labels("done"),
    Superseded: LEDGER_ANSWERS.labels("superseded"),
    Busy: LEDGER_ANSWERS.labels("busy"),
}


class Ledger:
    """One document per connector and appointment.

    ``delivered`` is the fence of the newest snapshot that the back office has or may have,
    ``claimed`` that of the call under way, ``lease_until`` when its claim ends, ``recent`` the last
    attempts with their outcomes.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], lease_s: float) -> None:
        self._collection = database["ledger"]
        self._lease = timedelta(seconds=lease_s)
        self._live: dict[str, Claim] = {}
        self._batcher: Batcher[tuple[Claim, UpdateOne], Answer] = Batcher(self._write)

    async def claim(self, claim: Claim) -> Answer:
        """Return the claim itself when it was granted, else what to do instead."""
        answer = await self._batcher.submit((claim, self._claiming(claim)))
        _COUNTED[type(answer)].inc()
        if isinstance(answer, Claim):
            self._live[claim.token] = claim
        return answer

    async def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Write down what came of the call, and let the next one have the appointment."""
        self._live.pop(claim.token, None)
        await self._batcher.submit((claim, _settling(claim, outcome)))

    async def release(self, claim: Claim) -> None:
        """Give the claim back: nothing was sent."""
        self._live.pop(claim.token, None)
        freed = {"lease_until": OVER, "claimed": NEVER}
        await self._batcher.submit(
            (claim, UpdateOne({"_id": claim.document_id, "token": claim.token}, {"$set": freed}))
        )

    async def keep_leases(self) -> None:
        """Renew the leases of calls under way, until cancelled."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 4)
            until = datetime.now(UTC) + self._lease
            held = {"lease_until": {"$ne": OVER}}
            renewals = [
                UpdateOne(
                    {"_id": c.document_id, "token": c.token, **held},
                    {"$set": {"lease_until": until}},
                )
                for c in list(self._live.values())
            ]
            if renewals:
                try:
                    await self._collection.bulk_write(renewals, ordered=False)
                except PyMongoError as error:
                    if not is_away(error):
                        raise
                    log.warning("leases could not be renewed: MongoDB is away", calls=len(renewals))

    def _claiming(self, claim: Claim) -> UpdateOne:
        now = datetime.now(UTC)
        free = {
            "delivered": {"$lte": claim.fence},
            "claimed": {"$lte": claim.fence},
            "lease_until": {"$lte": now},
            "recent.key": {"$ne": claim.key},
        }
        taken = {
            "claimed": claim.fence,
            "claimed_by": claim.request.transaction.transaction_id,
            "claimed_modified_at": claim.request.transaction.appointment.modified_at,
            "token": claim.token,
            "lease_until": now + self._lease,
        }
        return UpdateOne(
            {"_id": claim.document_id, **free},
            {"$set": taken, "$setOnInsert": {"delivered": NEVER}},
            upsert=True,
        )

    async def _write(self, items: Sequence[tuple[Claim, UpdateOne]]) -> list[Answer | Exception]:
        answers: list[Answer | Exception] = [claim for claim, _ in items]
        with LEDGER_SECONDS.time():
            await self._surely(items, answers)
        return answers

    async def _surely(
        self, items: Sequence[tuple[Claim, UpdateOne]], answers: list[Answer | Exception]
    ) -> None:
        """Write, however long MongoDB is away."""
        async for trial in outlast():
            with trial:
                try:
                    await self._collection.bulk_write(
                        [operation for _, operation in items], ordered=False
                    )
                except BulkWriteError as error:
                    if is_away(error):
                        raise
                    await self._look_closer(items, answers, error.details["writeErrors"])

    async def _look_closer(
        self,
        items: Sequence[tuple[Claim, UpdateOne]],
        answers: list[Answer | Exception],
        failed: Sequence[dict[str, Any]],
    ) -> None:
        """Answer for those whose filter did not match: the upsert then collides with the
        document that is there.
        """
        collided = [e["index"] for e in failed if e["code"] == DUPLICATE_KEY]
        for other in (e for e in failed if e["code"] != DUPLICATE_KEY):
            answers[other["index"]] = RuntimeError(
                f"the ledger could not be written: MongoDB's error {other['code']}"
            )
        found = await self._collection.find(
            {"_id": {"$in": [items[i][0].document_id for i in collided]}}
        ).to_list(None)
        documents = {document["_id"]: document for document in found}
        for index in collided:
            claim = items[index][0]
            answers[index] = answer_of(claim, documents.get(claim.document_id), datetime.now(UTC))


def answer_of(claim: Claim, document: dict[str, Any] | None, now: datetime) -> Answer:
    """Return why the claim was not granted; a document that allows it by now means: try again."""
    if document is None:
        return Busy()
    if document.get("token") == claim.token and document["lease_until"] > OVER:
        return claim
    for entry in document.get("recent", ()):
        if entry["key"] == claim.key:
            return Done(Outcome.model_validate(entry["outcome"]))
    if document["delivered"] > claim.fence:
        return Superseded(document["delivered_by"], document["delivered_modified_at"])
    if document["claimed"] > claim.fence and document["lease_until"] <= now:
        return Superseded(document["claimed_by"], document["claimed_modified_at"])
    return Busy()


def _settling(claim: Claim, outcome: Outcome) -> UpdateOne:
    changes: dict[str, Any] = {"lease_until": OVER, "claimed": NEVER}
    if outcome.may_be_stored:
        appointment = claim.request.transaction.appointment
        changes |= {
            "delivered": claim.fence,
            "delivered_by": claim.request.transaction.transaction_id,
            "delivered_modified_at": appointment.modified_at,
        }
    entry = {"key": claim.key, "outcome": outcome.model_dump(mode="json")}
    remember = {"recent": {"$each": [entry], "$slice": -REMEMBERED}}
    return UpdateOne(
        {"_id": claim.document_id, "token": claim.token, "recent.key": {"$ne": claim.key}},
        {"$set": changes, "$push": remember},
    )
