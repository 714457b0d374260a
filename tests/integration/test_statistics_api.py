"""The API returns statistics by connector, and refuses invalid queries by their field."""

from __future__ import annotations

import uuid

import pytest

from portal_api.statistics.interval import Interval
from portal_api.store.statistics import FIGURES
from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def test_the_api_counts_deliveries_by_connector(system: System) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    connector_id = await system.hook(app)
    for number in range(1, 5):
        await system.delivery(
            await system.change("create", a_snapshot(number, source_app=app)), "Success"
        )
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    await system.delivery(await system.change("create", a_snapshot(5, source_app=app)), "Failed")

    async def counted() -> bool:
        for step in Interval:
            status, answer = await system.api(
                "GET", "/figures", params={"connector_id": connector_id, "step": str(step)}
            )
            assert status == 200, answer
            items = answer["items"]
            sums = {name: sum(item[name] for item in items) for name in FIGURES}
            others = dict.fromkeys(FIGURES, 0)
            if sums != others | {"accepted": 5, "success": 4, "failed": 1}:
                return False
            assert items[0]["connector_name"] == "Hook"
        return True

    await until(counted, "the figures to be counted")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (
            {"step": "minute", "at_from": "2026-07-01T00:00:00Z", "at_to": "2026-07-03T00:00:00Z"},
            "at_from",
        ),
        ({"step": "day", "at_from": "0001-01-01T00:00:00Z"}, "at_from"),
        ({"step": "week"}, "step"),
        ({"at_from": "yesterday"}, "at_from"),
        ({"connector": "c1"}, "connector"),
    ],
)
async def test_too_much_or_a_wrong_word_is_refused_by_its_field(
    system: System, query: dict[str, str], field: str
) -> None:
    status, answer = await system.api("GET", "/figures", params=query)

    assert status == 422
    assert answer["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "query",
    [
        {"at_to": "0001-01-01T00:00:00Z"},
        {"at_from": "9999-12-31T23:59:59Z"},
        {"at_to": "9999-12-31T23:59:59-12:00"},
    ],
)
async def test_a_moment_at_the_end_of_time_is_answered(
    system: System, query: dict[str, str]
) -> None:
    status, _ = await system.api("GET", "/figures", params=query)

    assert status in {200, 422}
