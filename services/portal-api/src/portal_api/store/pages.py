"""Pages by key: each one begins behind the last item of the one before, whatever has come in between."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bson import json_util

from portal_api.errors import BadCursorError

if TYPE_CHECKING:
    from motor.motor_asyncio import AsyncIOMotorCollection


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list, in which order."""

    field: str
    is_descending: bool
    limit: int
    after: str | None


async def read_page(collection: AsyncIOMotorCollection[dict[str, Any]], wanted: dict[str, Any], page: Page) -> tuple[list[dict[str, Any]], str | None]:
    """Return the items and the key of the next page, None when there is none; raises BadCursorError."""
    query = {"$and": [wanted, _behind(page, *_parse(page.after))]} if page.after else wanted
    direction = -1 if page.is_descending else 1
    cursor = collection.find(query).sort([(page.field, direction), ("_id", direction)]).limit(page.limit + 1)
    found = await cursor.to_list(page.limit + 1)
    if len(found) <= page.limit:
        return found, None
    items = found[: page.limit]
    return items, _key(_value(items[-1], page.field), items[-1]["_id"])


def _behind(page: Page, value: Any, last_id: str) -> dict[str, Any]:
    """Return what comes after; MongoDB sorts nothing before everything, and compares values of one type only."""
    further = "$lt" if page.is_descending else "$gt"
    same = {page.field: value, "_id": {further: last_id}}
    if value is None:
        return same if page.is_descending else {"$or": [same, {page.field: {"$ne": None}}]}
    beyond: list[dict[str, Any]] = [same, {page.field: {further: value}}]
    return {"$or": [*beyond, {page.field: None}] if page.is_descending else beyond}


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
