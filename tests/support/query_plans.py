"""Checks of MongoDB's query plans."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal_api.schemas.paging import Page
from portal_api.store.pages import cursors, read_page


def stages(plan: Any) -> Iterator[str]:
    """Yield the names of all stages of a query plan."""
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for value in plan.values():
            yield from stages(value)
    elif isinstance(plan, list):
        for value in plan:
            yield from stages(value)


async def check_plan(
    collection: Any, wanted: dict[str, Any], page: Page, at_most: int, *, ordered: bool = True
) -> None:
    """Check that each range of the page scans one index in its order, within the limits of keys and
    items.
    """
    for cursor in cursors(collection, wanted, page):
        explained = await cursor.explain()
        used = set(stages(explained["queryPlanner"]["winningPlan"]))
        assert "IXSCAN" in used, used
        assert not used & ({"COLLSCAN", "SORT"} if ordered else {"COLLSCAN"}), used
        assert explained["executionStats"]["totalDocsExamined"] <= at_most
        assert explained["executionStats"]["totalKeysExamined"] <= at_most * 2


async def last_page_key(collection: Any, wanted: dict[str, Any], page: Page) -> str:
    """Return the key of the last page."""
    after = None
    while True:
        items, following = await read_page(
            collection, wanted, Page(page.field, page.is_descending, 100, after, page.ties)
        )
        if following is None:
            assert after is not None, items
            return after
        after = following
