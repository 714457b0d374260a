"""The claims that prevent a double retry. They are written before publishing, and marked after."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Trigger
from common.database import insert_missing, retry_while_unavailable
from retry.model.candidate import Claimant, RequeueCandidate, RequeueClaim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase


class ClaimStore:
    """The collection ``requeues``, with one document per delivery and attempt.

    The process that inserts the document publishes the request.
    """

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], replica: str) -> None:
        self._collection = database["requeues"]
        self._replica = replica

    async def claim(
        self, candidates: Sequence[RequeueCandidate], claimant: Claimant
    ) -> list[RequeueClaim]:
        """Claim the candidates that have no claim yet, and return the claim on each candidate.

        A repeated call returns the same claims.
        """
        if not candidates:
            return []
        new = claimant._asdict() | {
            "published": False,
            "at": datetime.now(UTC),
            "by": self._replica,
        }
        documents = [_as_document(c) | new for c in candidates]
        await insert_missing(self._collection, documents)
        return await self.find(candidates)

    async def find(self, candidates: Sequence[RequeueCandidate]) -> list[RequeueClaim]:
        """Return the claims on these candidates, in the order of the candidates."""
        found = {
            d["_id"]: d for d in await self._read({"_id": {"$in": [c.key for c in candidates]}})
        }
        return [_claim(found[c.key]) for c in candidates if c.key in found]

    async def unpublished(self) -> list[RequeueClaim]:
        """Return the claims of the timer job whose replica was killed before the mark.

        Operations resume their own claims.
        """
        return list(map(_claim, await self._read({"published": False, "operation_id": None})))

    async def mark_published(self, candidates: Sequence[RequeueCandidate]) -> None:
        """Mark the claims whose requests RabbitMQ has confirmed."""
        mark = {"published": True, "published_at": datetime.now(UTC)}
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.update_many(
                    {"_id": {"$in": [c.key for c in candidates]}}, {"$set": mark}
                )

    async def _read(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find(wanted).sort("at", 1).limit(1000).to_list(1000)
        return found


def _as_document(candidate: RequeueCandidate) -> dict[str, Any]:
    return {
        "_id": candidate.key,
        "delivery_id": candidate.delivery_id,
        "attempt": candidate.last_attempt,
        "connector_id": candidate.connector_id,
        "transaction_id": candidate.transaction_id,
        "repeats": candidate.repeats,
        "repeated_cause": candidate.repeated_cause,
    }


def _claim(document: dict[str, Any]) -> RequeueClaim:
    candidate = RequeueCandidate(
        document["delivery_id"],
        document["attempt"],
        document["connector_id"],
        document["transaction_id"],
        document.get("repeats", 0),
        document.get("repeated_cause"),
    )
    trigger = Trigger(document.get("trigger", Trigger.TIMER_JOB))
    claimant = Claimant(
        document["token"],
        trigger,
        document.get("asked_by"),
        document.get("operation_id"),
        document.get("is_check", False),
    )
    return RequeueClaim(candidate, claimant, document["published"])
