"""The store of figures over time. Figures are always counted again from attempts and deliveries,
never incremented.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError, OperationFailure

from common.contracts.applied import AppliedState
from common.contracts.delivery import Status
from common.database import is_duplicate, retry_while_unavailable
from portal_api.errors import StoreUnavailableError
from portal_api.statistics.interval import Interval
from portal_api.store.errors import translate_errors
from portal_api.store.health import oldest_waiting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from motor.motor_asyncio import AsyncIOMotorDatabase

OUTCOMES = {"success": [Status.SUCCESS], "failed": [Status.FAILED], "skipped": [Status.SKIPPED]}
STATES = {
    "applied": AppliedState.APPLIED,
    "refused_by_back_office": AppliedState.REFUSED,
    "reverted": AppliedState.REVERTED,
    "cannot_be_told": AppliedState.UNKNOWN,
}
"""The final states of records, by the time at which the back office told them."""
FIGURES = ("accepted", *OUTCOMES, "refused", *STATES)
LATE_BATCH = 200
STATE = "rounds"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Document = dict[str, Any]


class Statistics:
    """The collections ``figures``, ``figures_late`` and ``figures_state``.

    Raises StoreUnavailableError while MongoDB cannot be reached.
    """

    def __init__(self, database: AsyncIOMotorDatabase[Document]) -> None:
        self._database = database
        self._figures = database["figures"]
        self._late = database["figures_late"]
        self._state = database["figures_state"]

    async def read(
        self, step: Interval, begin: datetime, end: datetime, connector_id: str | None, most: int
    ) -> list[Document]:
        """Return at most ``most`` figures of these steps by time and connector."""
        wanted = {"step": step, "at": {"$gte": begin, "$lt": end}} | (
            {"connector_id": connector_id} if connector_id is not None else {}
        )
        with translate_errors():
            return (
                await self._figures.find(wanted)
                .sort([("step", 1), ("at", 1), ("connector_id", 1)])
                .limit(most)
                .to_list(most)
            )

    async def mark_late(self, minutes: Iterable[datetime]) -> None:
        """Mark these minutes for another count. Returns when the marks are stored."""
        marked = [
            UpdateOne({"_id": minute}, {"$set": {"token": secrets.token_hex(4)}}, upsert=True)
            for minute in minutes
        ]
        async for trial in retry_while_unavailable():
            with trial:
                await self._late.bulk_write(marked, ordered=False)

    async def acquire_lease(self, owner: str, until: datetime) -> bool:
        """Whether this replica holds the lease until then. It has it already, or no replica
        has it.
        """
        free = {
            "_id": STATE,
            "$or": [{"owner": owner}, {"owned_until": {"$lte": datetime.now(UTC)}}],
        }
        with translate_errors():
            try:
                await self._state.update_one(
                    free, {"$set": {"owner": owner, "owned_until": until}}, upsert=True
                )
            except DuplicateKeyError:
                return False
        return True

    async def counted_until(self) -> datetime | None:
        """Return the end of the counted time, or None before the first count."""
        with translate_errors():
            found = await self._state.find_one({"_id": STATE}, {"counted_until": 1})
        return found.get("counted_until") if found else None

    async def save_counted_until(self, until: datetime) -> None:
        """Store the end of the counted time."""
        with translate_errors():
            await self._state.update_one(
                {"_id": STATE}, {"$max": {"counted_until": until}}, upsert=True
            )

    async def oldest(self) -> datetime | None:
        """Return the time of the first attempt or delivery, or None when there is neither."""
        with translate_errors():
            ended = await self._database["attempts"].find_one(
                {"at": {"$gt": EPOCH}}, {"at": 1}, sort=[("at", 1)]
            )
            accepted = await self._database["deliveries"].find_one(
                {"received_at": {"$gt": EPOCH}}, {"received_at": 1}, sort=[("received_at", 1)]
            )
        return min(
            ([ended["at"]] if ended else []) + ([accepted["received_at"]] if accepted else []),
            default=None,
        )

    async def late(self) -> dict[datetime, str]:
        """Return the oldest minutes that must be counted again, each with a token."""
        with translate_errors():
            return {
                found["_id"]: found["token"]
                async for found in self._late.find().sort("_id", 1).limit(LATE_BATCH)
            }

    async def remove_late(self, late: Mapping[datetime, str]) -> None:
        """Remove the marks of these minutes, unless they were marked again since they were read."""
        with translate_errors():
            for minute, token in late.items():
                await self._late.delete_one({"_id": minute, "token": token})

    async def count(self, step: Interval, begin: datetime, end: datetime) -> None:
        """Count accepted deliveries and outcomes of attempts between two beginnings of steps."""
        with translate_errors():
            await self._run("attempts", _count_stages(step, "at", begin, end, _outcome_sums()))
            await self._run(
                "deliveries",
                _count_stages(step, "received_at", begin, end, {"accepted": {"$sum": 1}}),
            )
            await self._run(
                "deliveries", _count_stages(step, "applied.checked_at", begin, end, _state_sums())
            )

    async def sum_up(self, step: Interval, at: datetime) -> None:
        """Sum up one hour from its minutes, or one day from its hours."""
        finer = Interval.MINUTE if step is Interval.HOUR else Interval.HOUR
        sums: Document = {name: {"$sum": f"${name}"} for name in FIGURES} | {
            "oldest_waiting_s": {"$max": "$oldest_waiting_s"}
        }
        wanted = {"step": finer, "at": {"$gte": at, "$lt": at + step.duration}}
        with translate_errors():
            await self._run(
                "figures",
                [
                    {"$match": wanted},
                    {"$group": {"_id": "$connector_id"} | sums},
                    *_merge_stages(step, {"$literal": at}, "$_id", sums),
                ],
            )

    async def sample(self, now: datetime) -> None:
        """Store the age of the oldest delivery of each connector. The highest age of a minute
        counts.
        """
        minute = Interval.MINUTE.start_of(now)
        with translate_errors():
            for connector_id, oldest in (await oldest_waiting(self._database)).items():
                waiting = {"oldest_waiting_s": round(max(0.0, (now - oldest).total_seconds()), 1)}
                key: Document = {
                    "step": Interval.MINUTE,
                    "at": minute,
                    "connector_id": connector_id,
                }
                await self._figures.update_one(
                    {"_id": _document_id(Interval.MINUTE, minute, connector_id)},
                    {"$max": waiting, "$setOnInsert": key},
                    upsert=True,
                )

    async def _run(self, collection: str, stages: list[Document]) -> None:
        try:
            await self._database[collection].aggregate(stages).to_list(1)
        except OperationFailure as error:
            if not is_duplicate(error):
                raise
            raise StoreUnavailableError(
                "Two replicas wrote the same figure at once"
            ) from error  # the next round counts it again


def _sum_of(condition: Document) -> Document:
    return {"$sum": {"$cond": [condition, 1, 0]}}


def _state_sums() -> Document:
    return {
        name: _sum_of({"$eq": ["$applied.state", str(state)]}) for name, state in STATES.items()
    }


def _outcome_sums() -> Document:
    known = [str(status) for statuses in OUTCOMES.values() for status in statuses]
    marked = {
        name: _sum_of({"$in": ["$status", [str(status) for status in statuses]]})
        for name, statuses in OUTCOMES.items()
    }
    return marked | {"refused": _sum_of({"$not": [{"$in": ["$status", known]}]})}


def _count_stages(
    step: Interval, field: str, begin: datetime, end: datetime, sums: Document
) -> list[Document]:
    key = {
        "at": {"$dateTrunc": {"date": f"${field}", "unit": str(step)}},
        "connector_id": "$connector_id",
    }
    return [
        {"$match": {field: {"$gte": begin, "$lt": end}}},
        {"$group": {"_id": key} | sums},
        *_merge_stages(step, "$_id.at", "$_id.connector_id", sums),
    ]


def _merge_stages(step: Interval, at: Any, connector_id: str, sums: Document) -> list[Document]:
    """Write the figures to their documents. All other fields stay."""
    name = {
        "$concat": [
            f"{step}|",
            {"$dateToString": {"date": at, "format": "%Y-%m-%dT%H:%M"}},
            "|",
            connector_id,
        ]
    }
    shown = {
        "_id": name,
        "step": {"$literal": str(step)},
        "at": at,
        "connector_id": connector_id,
    } | dict.fromkeys(sums, 1)
    return [
        {"$project": shown},
        {
            "$merge": {
                "into": "figures",
                "on": "_id",
                "whenMatched": "merge",
                "whenNotMatched": "insert",
            }
        },
    ]


def _document_id(step: Interval, at: datetime, connector_id: str) -> str:
    return f"{step}|{at:%Y-%m-%dT%H:%M}|{connector_id}"
