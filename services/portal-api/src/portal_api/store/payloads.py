"""Queries of snapshots and answers, for the roles that may read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portal_api.store.answers import ANSWERS
from portal_api.store.errors import translate_errors
from portal_api.store.overtaken import version_of_stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from motor.motor_asyncio import AsyncIOMotorDatabase

Document = dict[str, Any]
VERSIONS_READ = 1_000
"""The newest deliveries of an appointment that are searched for the version before."""
_VERSION = dict.fromkeys(("transaction_id", "action", "received_at", "appointment"), 1)


class PayloadQueries:
    """The collections ``transactions`` and ``answers``. Raises StoreUnavailableError while MongoDB
    cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._transactions = database["transactions"]
        self._answers = database[ANSWERS]

    async def transaction(self, transaction_id: str | None) -> Document | None:
        """Return the transaction with its snapshot, or None when it is not stored any more."""
        if transaction_id is None:
            return None
        with translate_errors():
            return await self._transactions.find_one({"_id": transaction_id})

    async def transaction_before(self, transaction: Document) -> Document | None:
        """Return the transaction with the version of the same appointment before this one, or None.

        The order of versions is that of design.md, section 5, rule 3.
        """
        with translate_errors():
            newest = (
                self._deliveries.find(
                    {"appointment.key": transaction["appointment"]["key"]}, _VERSION
                )
                .sort([("received_at", -1), ("_id", -1)])
                .limit(VERSIONS_READ)
            )
            found = {
                one["transaction_id"]: one
                async for one in newest
                if one.get("transaction_id") and one["transaction_id"] != transaction["_id"]
            }
            ids = sorted(found)
            placed = self._transactions.find({"_id": {"$in": ids}}, {"place": 1})
            places = {one["_id"]: one.get("place", 0) async for one in placed}
        before = _newest_before(found, places, transaction)
        return None if before is None else await self.transaction(before)

    async def answer(self, delivery_id: str, attempt: int) -> Document | None:
        """Return the answer of an attempt, or None when none is stored."""
        with translate_errors():
            return await self._answers.find_one({"_id": f"{delivery_id}.{attempt}"})


def _newest_before(
    found: Mapping[str, Document], places: Mapping[str, int], transaction: Document
) -> str | None:
    """Return the id of the newest transaction that is older than this one, or None."""
    own = version_of_stored(transaction, transaction.get("place", 0))
    best, best_id = None, None
    for transaction_id, stored in found.items():
        version = version_of_stored(stored, places.get(transaction_id, 0))
        if version.is_older_than(own) and (best is None or best.is_older_than(version)):
            best, best_id = version, transaction_id
    return best_id
