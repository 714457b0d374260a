"""Reads a message that is a list: an item that cannot be read takes no neighbour with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

M = TypeVar("M", bound=BaseModel)


class UnreadableItems(NamedTuple):
    """The items that cannot be read, as a list, and the reason of the first."""

    body: bytes
    error: ValidationError


class ListItems(NamedTuple, Generic[M]):
    """The items of a list that can be read, and the others."""

    items: list[M]
    unreadable: UnreadableItems | None


def read_list(model: type[M], many: TypeAdapter[list[M]], body: bytes) -> ListItems[M]:
    """Read what can be read; raises ValidationError when that is nothing."""
    try:
        return ListItems(many.validate_json(body), None)
    except ValidationError as error:
        read = _one_by_one(model, body, error)
        if not read.items:
            raise
        return read


def _one_by_one(model: type[M], body: bytes, error: ValidationError) -> ListItems[M]:
    try:
        found = json.loads(body)
    except ValueError:
        found = []
    items: list[M] = []
    unreadable: list[object] = []
    for item in found if isinstance(found, list) else []:
        try:
            items.append(model.model_validate_json(json.dumps(item)))
        except ValidationError:
            unreadable.append(item)
    return ListItems(items, UnreadableItems(json.dumps(unreadable).encode(), error))
