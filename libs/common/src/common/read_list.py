"""Reads a message that is a list, where an unreadable item does not fail the others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

M = TypeVar("M", bound=BaseModel)


class UnreadableItems(NamedTuple):
    """The unreadable items as a list, and the validation error."""

    body: bytes
    error: ValidationError


class ListItems(NamedTuple, Generic[M]):
    """The items of a list that were read, and the unreadable ones."""

    items: list[M]
    unreadable: UnreadableItems | None


def read_list(model: type[M], many: TypeAdapter[list[M]], body: bytes) -> ListItems[M]:
    """Return the items of the list. Raises ValidationError when no item can be read."""
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
    except (ValueError, RecursionError):
        found = []
    items: list[M] = []
    unreadable: list[object] = []
    for item in found if isinstance(found, list) else []:
        try:
            items.append(model.model_validate_json(json.dumps(item)))
        except ValidationError:
            unreadable.append(item)
    return ListItems(items, UnreadableItems(json.dumps(unreadable).encode(), error))
