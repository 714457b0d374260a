"""Pages by key: each one begins behind the last item of the one before, whatever has come in between."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bson import json_util

from portal_api.errors import BadCursorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from motor.motor_asyncio import AsyncIOMotorCollection, AsyncIOMotorCursor


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list, in which order."""

    field: str
    is_descending: bool
    limit: int
    after: str | None


async def read_page(collection: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], page: Page) -> tuple[list[dict[str, Any]], str | None]:
    """Return the items and the key of the next page, None when there is none; raises BadCursorError."""
    found: list[dict[str, Any]] = []
    for cursor in cursors(collection, wanted, page):
        found += await cursor.to_list(page.limit + 1 - len(found))
        if len(found) > page.limit:
            items = found[: page.limit]
            return items, _key(_value(items[-1], page.field), items[-1]["_id"])
    return found, None


def cursors(collection: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], page: Page) -> Iterator[AsyncIOMotorCursor[dict[str, Any]]]:
    """Yield the ranges that make up the page and one item more, each a straight way through an index; raises BadCursorError.

    MongoDB would answer all of them in one query with ``$or``, and sort everything behind the key to do so.
    """
    direction = -1 if page.is_descending else 1
    for behind in _ranges(page, *_parse(page.after)) if page.after else [{}]:
        query = {"$and": [wanted, behind]} if behind else wanted
        yield collection.find(query).sort(list({page.field: direction, "_id": direction}.items())).limit(page.limit + 1)


def _ranges(page: Page, value: Any, last_id: str) -> list[dict[str, Any]]:
    """Return what comes after, in order; MongoDB sorts nothing before everything, and compares values of one type only."""
    further = "$lt" if page.is_descending else "$gt"
    if page.field == "_id":
        return [{"_id": {further: last_id}}]
    same = {page.field: value, "_id": {further: last_id}}
    if value is None:
        return [same] if page.is_descending else [same, {page.field: {"$ne": None}}]
    beyond = {page.field: {further: value}}
    return [same, beyond, {page.field: None}] if page.is_descending else [same, beyond]


def _value(item: dict[str, Any], field: str) -> Any:
    value: Any = item
    for part in field.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _key(value: Any, last_id: str) -> str:
    return base64.urlsafe_b64encode(json_util.dumps([value, last_id]).encode()).decode()


def _parse(key: str | None) -> tuple[Any, str]:
    try:
        value, last_id = json_util.loads(base64.urlsafe_b64decode((key or "").encode()))
    except (binascii.Error, ValueError, TypeError):
        raise BadCursorError("after: is not a key that this list gave out") from None
    if isinstance(value, dict | list) or not isinstance(last_id, str):
        raise BadCursorError("after: is not a key that this list gave out")
    return value, last_id
