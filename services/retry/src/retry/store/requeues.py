"""The claims that make a double retry impossible: written before publishing, marked afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.delivery import Trigger
from common.database import insert_missing, retry_while_unavailable
from retry.model.candidate import Candidate, Claim, Claimant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from motor.motor_asyncio import AsyncIOMotorDatabase


class Requeues:
    """One document per delivery and attempt; whoever inserts it publishes it."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]], replica: str) -> None:
        self._collection = database["requeues"]
        self._replica = replica

    async def claim(self, candidates: Sequence[Candidate], claimant: Claimant) -> list[Claim]:
        """Claim what nobody has claimed yet; returns for each candidate whose it is, so a repeated
        call finds again what was the claimant's.
        """
        if not candidates:
            return []
        new = claimant._asdict() | {
            "published": False,
            "at": datetime.now(UTC),
            "by": self._replica,
        }
        documents = [{"_id": c.key, **c._asdict(), **new} for c in candidates]
        await insert_missing(self._collection, documents)
        return await self.of(candidates)

    async def of(self, candidates: Sequence[Candidate]) -> list[Claim]:
        """Return the claims on these candidates, in their order."""
        found = {
            d["_id"]: d for d in await self._find({"_id": {"$in": [c.key for c in candidates]}})
        }
        return [_claim(found[c.key]) for c in candidates if c.key in found]

    async def unpublished(self) -> list[Claim]:
        """Return what the timer job claimed and never marked: its replica was killed in between.

        Operations look after theirs.
        """
        return list(map(_claim, await self._find({"published": False, "operation_id": None})))

    async def mark(self, published: Sequence[Candidate]) -> None:
        """Note that these are with the broker."""
        done = {"published": True, "published_at": datetime.now(UTC)}
        async for trial in retry_while_unavailable():
            with trial:
                await self._collection.update_many(
                    {"_id": {"$in": [c.key for c in published]}}, {"$set": done}
                )

    async def _find(self, wanted: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find(wanted).sort("at", 1).limit(1000).to_list(1000)
        return found


def _claim(document: dict[str, Any]) -> Claim:
    candidate = Candidate(
        **{name: document[name] for name in Candidate._fields if name in document}
    )
    trigger = Trigger(document.get("trigger", Trigger.TIMER_JOB))
    claimant = Claimant(
        document["token"], trigger, document.get("asked_by"), document.get("operation_id")
    )
    return Claim(candidate, claimant, document["published"])
