"""Queries of the stored transactions, whose snapshots are sent again."""

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
MAX_LOGGED = 1_000
"""Ids of unreadable transactions that are logged. Each is logged once."""


class TransactionQueries:
    """Queries of the collection ``transactions``."""

    def __init__(self, database: AsyncIOMotorDatabase[dict[str, Any]]) -> None:
        self._collection = database["transactions"]
        self._logged: set[str] = set()

    async def by_ids(self, ids: Iterable[str]) -> dict[str, TransactionReceived]:
        """Return the transactions with these ids, as far as they are stored and readable."""
        wanted = {"_id": {"$in": sorted(set(ids))}}
        found: list[dict[str, Any]] = []
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
            if name not in self._logged and len(self._logged) < MAX_LOGGED:
                self._logged.add(name)
                fields = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
                log.error(  # noqa: TRY400 - a stack trace would quote the change
                    "a stored change cannot be read", transaction_id=name, fields=fields
                )
            return None
