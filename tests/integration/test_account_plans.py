"""The audit and the sessions are read from an index."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal_api.accounts.audit_entry import AuditEntry
from portal_api.schemas.paging import Page
from tests.support.builders import A_MOMENT
from tests.support.query_plans import check_plan

MANY = 600


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"who": "user3"},
        {"action": "change_connector"},
        {"target": "c7"},
        {"at": {"$lt": A_MOMENT + timedelta(seconds=150)}},
    ],
    ids=str,
)
async def test_the_audit_by_each_filter(database: Any, wanted: dict[str, Any]) -> None:
    entries = [
        AuditEntry(
            "change_connector",
            "203.0.113.9",
            at=A_MOMENT + timedelta(seconds=n),
            who=f"user{n % 10}",
            target=f"c{n}",
        )
        for n in range(MANY)
    ]
    await database["audit"].insert_many([entry.document() for entry in entries])

    await check_plan(
        database["audit"], wanted, Page("at", is_descending=True, limit=10, after=None), 11
    )


async def test_a_session_is_found_by_one_read(database: Any) -> None:
    times = {
        "created_at": A_MOMENT,
        "seen_at": A_MOMENT,
        "ends_at": A_MOMENT + timedelta(days=36_500),
    }
    await database["sessions"].insert_many(
        [{"_id": f"hash {n}", "name": f"user{n}", "role": "viewer"} | times for n in range(MANY)]
    )

    explained = (
        await database["sessions"].find({"_id": "hash 7", "ends_at": {"$gt": A_MOMENT}}).explain()
    )

    assert explained["executionStats"]["totalDocsExamined"] == 1
