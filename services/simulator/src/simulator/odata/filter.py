"""Reads the part of ``$filter`` that callers use: comparisons, ``and``, ``or`` and brackets (OData
4.01 URL Conventions, 5.1.1). Raises FilterError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from common.contracts.moments import in_utc

Row = Mapping[str, Any]
Predicate = Callable[[Row], bool]
MAX_FILTER = 16 * 1024
_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[()])|(?P<word>[^\s()']+))")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class FilterError(ValueError):
    """An invalid filter. The message is for the caller."""


class _Token(NamedTuple):
    text: str
    is_literal: bool = False


def parse_filter(text: str, known: Mapping[str, object] | None = None) -> Predicate:
    """Return the condition on a row. With ``known``, a name that is not among them is refused."""
    if len(text) > MAX_FILTER:
        raise FilterError("The filter is too long.")
    parser = _Parser(_tokens(text), known)
    predicate = parser.any_of()
    if parser.left:
        raise FilterError(f"Syntax error at '{parser.left[0].text}' in '$filter'.")
    return predicate


def _tokens(text: str) -> list[_Token]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise FilterError(f"Syntax error at position {position} in '$filter'.")
        position = found.end()
        if found["text"] is not None:
            tokens.append(_Token(found["text"][1:-1].replace("''", "'"), is_literal=True))
        else:
            tokens.append(_Token(found["mark"] or found["word"]))
    return tokens


class _Parser:
    """A parser that goes down by precedence: ``or``, ``and``, comparison."""

    def __init__(self, tokens: list[_Token], known: Mapping[str, object] | None) -> None:
        self.left = tokens
        self._known = known

    def any_of(self) -> Predicate:
        """Return the conditions between ``or``."""
        found = [self._all_of()]
        while self._takes("or"):
            found.append(self._all_of())
        return found[0] if len(found) == 1 else lambda row: any(one(row) for one in found)

    def _all_of(self) -> Predicate:
        found = [self._one()]
        while self._takes("and"):
            found.append(self._one())
        return found[0] if len(found) == 1 else lambda row: all(one(row) for one in found)

    def _one(self) -> Predicate:
        if self._takes("("):
            inner = self.any_of()
            if not self._takes(")"):
                raise FilterError("A closing bracket is missing in '$filter'.")
            return inner
        name, comparison, value = self._next(), self._next(), self._next()
        compare = _COMPARISONS.get(comparison.text)
        if compare is None or name.is_literal:
            raise FilterError(f"The operator '{comparison.text}' is not supported in '$filter'.")
        if self._known is not None and name.text not in self._known:
            raise FilterError(f"Could not find a property named '{name.text}'.")
        return _comparison(name.text, compare, value)

    def _takes(self, text: str) -> bool:
        if self.left and self.left[0] == _Token(text):
            del self.left[0]
            return True
        return False

    def _next(self) -> _Token:
        if not self.left:
            raise FilterError("The filter ends too early.")
        return self.left.pop(0)


def _comparison(name: str, compare: Callable[[Any, Any], bool], value: _Token) -> Predicate:
    def is_met(row: Row) -> bool:
        stored = row.get(name)
        wanted = _as(stored, value)
        if stored is None or wanted is None:
            return compare is _COMPARISONS["eq"] and stored is wanted is None
        return compare(_comparable(stored), wanted)

    return is_met


def _as(stored: Any, value: _Token) -> Any:
    """Return the literal as a value that compares with the stored one."""
    if value.is_literal:
        return value.text
    if value.text in _WORDS:
        return _WORDS[value.text]
    if isinstance(stored, bool) or stored is None:
        return value.text
    if isinstance(stored, int | Decimal):
        try:
            return Decimal(value.text)
        except InvalidOperation:
            raise FilterError(f"'{value.text}' is no number.") from None
    moment = _moment(stored)
    return value.text.lower() if moment is None else _moment(value.text) or value.text


def _comparable(stored: Any) -> Any:
    if isinstance(stored, str):
        return _moment(stored) or stored
    return stored


def _moment(text: Any) -> datetime | None:
    if not isinstance(text, str) or "T" not in text:
        return None
    try:
        return in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
