"""Pages by key. Each page begins after the last item of the page before, whichever items were
inserted since.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bson import encode, json_util
from bson.errors import BSONError

from portal_api.errors import BadCursorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorCursor

    from portal_api.schemas.paging import Page


KEY_TYPES = (str, int, float, datetime, type(None))
"""Types of values in a cursor. MongoDB would read any other type, such as a pattern, as a
condition.
"""


_UNREADABLE = (BSONError, ArithmeticError, LookupError, ValueError, TypeError, RecursionError)
"""The errors of the decoders for a text that no cursor has."""


async def read_page(
    collection: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """Return the items and the cursor of the next page, or None on the last page.

    Raises BadCursorError.
    """
    found: list[dict[str, Any]] = []
    for cursor in cursors(collection, wanted, page):
        found += await cursor.to_list(page.limit + 1 - len(found))
        if len(found) > page.limit:
            items = found[: page.limit]
            return items, cursor_after(items[-1], page)
    return found, None


def cursor_after(item: dict[str, Any], page: Page) -> str:
    """Return the cursor of the page that begins after this item."""
    return _encode([_value(item, path) for path, _ in page.order])


def cursors(
    collection: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], page: Page
) -> Iterator[AsyncIOMotorCursor[dict[str, Any]]]:
    """Yield the ranges of the page and of one more item. Each range is one scan of an index.

    Raises BadCursorError. MongoDB would answer all ranges in one query with ``$or``, and would sort
    all items after the cursor to do so.
    """
    for key_range in (
        _ranges(page.order, _decode(page.after, len(page.order))) if page.after else [{}]
    ):
        query = {"$and": [wanted, key_range]} if key_range else wanted
        yield collection.find(query).sort(page.order).limit(page.limit + 1)


def _ranges(order: list[tuple[str, int]], last: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the conditions of the items after the cursor, in order.

    The first range differs in the id alone, and the last range in the first value.
    """
    for depth in reversed(range(len(order))):
        path, direction = order[depth]
        same = {path: value for (path, _), value in zip(order[:depth], last, strict=False)}
        for condition in _values_after(
            direction, last[depth], may_be_missing=depth == 0 and path != "_id"
        ):
            yield same | {path: condition}


def _values_after(direction: int, value: Any, *, may_be_missing: bool) -> list[Any]:
    """Return the conditions of the values after this one.

    MongoDB sorts missing values first, and compares only values of one type.
    """
    if value is None:
        return [{"$ne": None}] if direction > 0 else []
    if direction > 0:
        return [{"$gt": value}]
    return [{"$lt": value}, None] if may_be_missing else [{"$lt": value}]


def _value(item: dict[str, Any], field: str) -> Any:
    value: Any = item
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _encode(last: list[Any]) -> str:
    return base64.urlsafe_b64encode(json_util.dumps(last).encode()).decode()


def _decode(key: str, length: int) -> list[Any]:
    try:
        last = json_util.loads(base64.urlsafe_b64decode(key.encode()))
        encode({"last": last})
    except _UNREADABLE:
        last = None
    if (
        not isinstance(last, list)
        or len(last) != length
        or not all(isinstance(value, KEY_TYPES) for value in last)
        or not isinstance(last[-1], str)
    ):
        raise BadCursorError("after: is not a key of this list")
    return last
