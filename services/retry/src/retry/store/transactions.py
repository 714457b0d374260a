"""The snapshots to send again; reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from pydantic import ValidationError

from common.contracts.transaction import TransactionReceived
from common.database import retry_while_unavailable
from retry.metrics import UNREADABLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from motor.motor_asyncio import AsyncIOMotorDatabase

log = structlog.get_logger()
MOST_LOGGED = 1_000


class Transactions:
    """What Dime.Scheduler reported, by id."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["transactions"]
        self._logged: set[str] = set()

    async def of(self, ids: Iterable[str]) -> dict[str, TransactionReceived]:
        """Return these transactions by id, without those that are not stored or cannot be read."""
        wanted, found = {"_id": {"$in": sorted(set(ids))}}, list[dict[str, Any]]()
        if not wanted["_id"]["$in"]:
            return {}
        async for trial in retry_while_unavailable():
            with trial:
                found = await self._collection.find(wanted).to_list(None)
        read = {document["_id"]: self._read(document) for document in found}
        return {name: transaction for name, transaction in read.items() if transaction}

    def _read(self, document: dict[str, Any]) -> TransactionReceived | None:
        name = document["_id"]
        try:
            return TransactionReceived.model_validate({**document, "transaction_id": name})
        except ValidationError as error:
            UNREADABLE.inc()
            if name not in self._logged and len(self._logged) < MOST_LOGGED:
                self._logged.add(name)
                fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
                log.error(  # noqa: TRY400 - the error would quote the change
                    "a stored change cannot be read", transaction_id=name, fields=fields
                )
            return None
