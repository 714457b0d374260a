"""Operations, users, audit and logs are sorted by their headers from an index, and exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from portal_api.accounts.audit_schemas import AuditQuery, AuditSort
from portal_api.accounts.user_schemas import UserQuery, UserSort
from portal_api.operations.schemas import OperationQuery, OperationSort
from portal_api.store.pages import read_page
from tests.support.api_user import a_user
from tests.support.builders import A_MOMENT
from tests.support.database import Database, a_database
from tests.support.query_plans import check_plan
from tests.support.system import API_KEY, System

MANY, LIMIT = 60, 7
KINDS = [
    *(("operations_view", OperationQuery, sort) for sort in OperationSort),
    *(("users", UserQuery, sort) for sort in UserSort),
    *(("audit", AuditQuery, sort) for sort in AuditSort),
]


@pytest.fixture(scope="module")
async def database(mongodb_url: str) -> AsyncIterator[Database]:
    """Many items of each list, many of them with equal values."""
    async with a_database(mongodb_url) as opened:
        for name in ("operations_view", "users", "audit"):
            await opened[name].insert_many([_one(n) for n in range(MANY)])
        yield opened


def _one(n: int) -> dict[str, Any]:
    at, few = A_MOMENT + timedelta(seconds=n // 2), f"{n % 4}"
    told = {
        "at": at,
        "asked_at": at,
        "created_at": at,
        "name": f"user {n:02}",
        "enabled": n % 3 > 0,
        "role": few,
    }
    lasting = {} if n % 5 == 0 else {"signed_in_at": at}
    return (
        {
            "_id": f"{n:03}",
            "kind": few,
            "state": few,
            "asked_by": few,
            "who": few,
            "action": few,
            "target": few,
        }
        | told
        | lasting
    )


@pytest.mark.parametrize(("collection", "query", "sort"), KINDS, ids=str)
async def test_every_order_has_an_index_and_its_pages_hold_each_item_once(
    database: Any, collection: str, query: Any, sort: str
) -> None:
    seen, after = list[dict[str, Any]](), None
    while True:
        page = query(sort=sort, limit=LIMIT, after=after).page()
        await check_plan(database[collection], {}, page, MANY)
        items, after = await read_page(database[collection], {}, page)
        seen += items
        if after is None:
            break

    field = sort.removeprefix("-")
    assert sorted(item["_id"] for item in seen) == [f"{n:03}" for n in range(MANY)]
    values = [str(item.get(field, "")) for item in seen]
    assert all(
        (one >= other) if sort.startswith("-") else (one <= other)
        for one, other in pairwise(values)
    )


async def exported(system: System, path: str, **query: str) -> str:
    url = f"{system.services['portal-api'].url}/api/{path}/export"
    async with system.http.get(url, params=query, headers={"X-API-KEY": API_KEY}) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_the_audit_is_exported_with_the_changes(system: System) -> None:
    known_user = await a_user(system, "operator", signed_in=False)

    lines = [
        json.loads(line)
        for line in (
            await exported(system, "audit", format="jsonl", target=known_user.name)
        ).splitlines()
    ]
    [row] = csv.DictReader(
        io.StringIO(await exported(system, "audit", format="csv", target=known_user.name))
    )

    assert [line["after"]["role"] for line in lines] == ["operator"]
    assert json.loads(row["after"]) == lines[0]["after"]
    assert row["action"] == "create_user"


async def test_the_accounts_are_exported_without_their_passwords(system: System) -> None:
    known_user = await a_user(system, "viewer", signed_in=False)

    rows = list(
        csv.DictReader(
            io.StringIO(await exported(system, "users", format="csv", sort="-created_at"))
        )
    )

    assert {"name": known_user.name, "role": "viewer"}.items() <= next(
        row for row in rows if row["name"] == known_user.name
    ).items()
    assert not any(name == "password" or "argon2" in row[name] for row in rows for name in row)
    assert [row["created_at"] for row in rows] == sorted(
        (row["created_at"] for row in rows), reverse=True
    )


async def test_logs_and_operations_are_exported_too(system: System) -> None:
    lines = list(
        csv.DictReader(io.StringIO(await exported(system, "logs", format="csv", level="info")))
    )
    operations = await exported(system, "operations", format="csv", sort="kind")

    assert {"info", "warning", "error", "critical"} >= {line["level"] for line in lines} > set()
    assert operations.startswith("operation_id,kind,asked_by,asked_at,state")
