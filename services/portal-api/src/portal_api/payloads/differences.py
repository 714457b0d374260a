"""The differences between two snapshots, by path."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from common.exact_json import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHANGES = 500
MAX_DEPTH = 50
"""A deeper value is compared and shown as a whole."""
_PLAIN_NAME = re.compile(r"[^\W\d]\w*")


class Missing:
    """The value of a path that only the other snapshot has."""


MISSING = Missing()


class Change(NamedTuple):
    """A value that differs. ``before`` or ``after`` is ``MISSING`` for an added or removed one."""

    path: str
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """The kind of the change."""
        if self.before is MISSING:
            return "added"
        return "removed" if self.after is MISSING else "changed"


def differences(before: Any, after: Any) -> list[Change]:
    """Return the differences of two JSON values, at most ``MAX_CHANGES``. Numbers are compared
    digit by digit.
    """
    return list(islice(_compare("", before, after, MAX_DEPTH), MAX_CHANGES))


def parse(text: str) -> Any:
    """Return the value of a snapshot's text. Raises ValueError or RecursionError for a text that is
    no JSON by RFC 8259.
    """
    return read_json(text, parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _compare(path: str, before: Any, after: Any, depth: int) -> Iterator[Change]:
    if depth and isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            pair = before.get(name, MISSING), after.get(name, MISSING)
            yield from _compare(_member(path, name), *pair, depth - 1)
    elif depth and isinstance(before, list) and isinstance(after, list):
        for index in range(max(len(before), len(after))):
            pair = _item(before, index), _item(after, index)
            yield from _compare(f"{path}[{index}]", *pair, depth - 1)
    elif not _is_equal(before, after):
        yield Change(path, before, after)


def _item(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else MISSING


def _is_equal(before: Any, after: Any) -> bool:
    if before is MISSING or after is MISSING:
        return False
    return write_json(before) == write_json(after)


def _member(path: str, name: str) -> str:
    """Return the path of a member. A name that is no plain word stands in brackets, as JSON."""
    if _PLAIN_NAME.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{write_json(name)}]"
