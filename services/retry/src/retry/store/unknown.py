"""Queries of the deliveries of unknown outcome whose back office is asked again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from common.contracts.automatic_retry import repeats_of
from common.contracts.connector import kind_of
from common.contracts.outcome_check import MISSING_AFTER_S, check_way_of, next_check_at
from retry.metrics import UNKNOWN_OUTCOMES
from retry.model.candidate import RequeueCandidate
from retry.store.failed import FAILED, FAILED_PAGE, FIELDS, find_sorted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from motor.motor_asyncio import AsyncIOMotorDatabase

Document = dict[str, Any]
UNKNOWN = FAILED | {"outcome_unknown": True}
_CONNECTOR_FIELDS = (
    "version",
    "enabled",
    "system",
    "api_type",
    "mapping.fields",
    "recognises_delivery_id",
    "missing_after_s",
)


class UnknownOutcomes:
    """Pages through the deliveries of unknown outcome by key, and counts them."""

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._deliveries = database["deliveries"]
        self._connectors = database["connectors"]

    async def pages(self) -> AsyncIterator[list[RequeueCandidate]]:
        """Yield pages of the deliveries whose check is due and that are not overtaken.

        The connector must be enabled, and its back office can be asked.
        """
        last, waiting, for_person = "", 0, 0
        begun_at = datetime.now(UTC)
        found = await find_sorted(self._connectors, {}, _CONNECTOR_FIELDS)
        connectors = {connector["_id"]: connector for connector in found}
        while page := await self._page(last):
            last = page[-1]["_id"]
            due_at = {d["_id"]: _due_at(d, connectors.get(d["connector_id"])) for d in page}
            for_person += sum(moment is None for moment in due_at.values())
            waiting += sum(moment is not None for moment in due_at.values())
            yield [
                _candidate(d, connectors[d["connector_id"]])
                for d in page
                if (moment := due_at[d["_id"]]) is not None and moment <= begun_at
            ]
        UNKNOWN_OUTCOMES.labels("check").set(waiting)
        UNKNOWN_OUTCOMES.labels("person").set(for_person)

    async def _page(self, last: str) -> list[Document]:
        wanted = UNKNOWN | {"_id": {"$gt": last}}
        return await find_sorted(self._deliveries, wanted, FIELDS, FAILED_PAGE)


def _due_at(delivery: Document, connector: Mapping[str, Any] | None) -> datetime | None:
    """Return the time of the next check, or None when a person has to decide."""
    if connector is None or not connector.get("enabled", True) or not can_be_asked(connector):
        return None
    return next_check_at(delivery, connector.get("missing_after_s", MISSING_AFTER_S))


def can_be_asked(connector: Mapping[str, Any]) -> bool:
    """Return whether unknown outcomes of a stored connector end without a person."""
    kind = kind_of(connector.get("system"), connector.get("api_type"))
    recognises = connector.get("recognises_delivery_id") is True
    way = check_way_of(kind, connector.get("mapping"), recognises_delivery_id=recognises)
    return way is not None


def _candidate(delivery: Document, connector: Mapping[str, Any]) -> RequeueCandidate:
    """Return the candidate of the next check. Checks in a row without a result are counted."""
    is_repeated = bool(delivery.get("outcome_check"))
    repeats = repeats_of(delivery, connector.get("version")) if is_repeated else 0
    return RequeueCandidate(
        delivery["_id"],
        delivery["attempt"],
        delivery["connector_id"],
        delivery["transaction_id"],
        repeats + 1,
        delivery.get("cause"),
    )
