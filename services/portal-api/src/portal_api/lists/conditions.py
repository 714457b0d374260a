"""Conditions on columns: ``column``, ``column_begins``, ``column_empty``, ``column_from`` and
``column_to`` (docs/search.md).
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from portal_api.lists.column import AccessPath
from portal_api.lists.search_terms import by_selectivity, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from portal_api.lists.column import Column

Document = dict[str, Any]
OPERATORS = ("begins", "empty", "from", "to")
LAST_CHARACTER = "\U0010ffff"
"""Sorts after every character that a text can continue with."""


class Condition(NamedTuple):
    """One condition of a request. ``operator`` is one of OPERATORS, or ``is``."""

    name: str
    column: Column
    operator: str
    value: Any

    @property
    def is_indexed(self) -> bool:
        """Whether an index finds the matching items."""
        return self.column.access_path is AccessPath.INDEX or (
            self.column.access_path is AccessPath.WORDS and self.operator == "is"
        )

    def query(self) -> Document:
        """Return the condition as a MongoDB query."""
        return {self.column.path: _expression(self.operator, self.value)}

    def words_query(self) -> Document:
        """Return the query of the search terms that find the items, for columns with
        AccessPath.WORDS.
        """
        if self.column.access_path is not AccessPath.WORDS or self.operator != "is":
            return {}
        words = [by_selectivity(words_of([value]))[:1] for value in self.value]
        return {"words": _is_one_of([word for [word] in words])} if all(words) else {}


class Conditions(BaseModel):
    """Conditions of a list. All of them must hold, and an unknown one is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    columns: ClassVar[Mapping[str, Column]] = {}
    special: ClassVar[frozenset[str]] = frozenset()
    """Names of conditions that a subclass translates itself in ``special_queries``."""

    @classmethod
    def check_body(cls, body: object) -> object:
        """Return the value of a request body. Raises ValidationError for a number or boolean
        written as text.

        Only an address has to write them as text.
        """
        wrong = [
            name
            for name, value in (body.items() if isinstance(body, dict) else ())
            if name in cls._non_text_names() and _has_text(value)
        ]
        if wrong:
            errors = [
                InitErrorDetails(
                    type=PydanticCustomError("text", "must not be text"), loc=(name,), input=None
                )
                for name in wrong
            ]
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return body

    @classmethod
    @cache
    def _non_text_names(cls) -> set[str]:
        """Return the names of the conditions without text values. The schema is built once, because
        that takes a tenth of a second.
        """
        fields = cls.model_json_schema()["properties"]
        return {
            name
            for name, schema in fields.items()
            if not {"string", "$ref"} & set(re.findall(r"[$\w]+", json.dumps(schema)))
        }

    def column_conditions(self) -> Iterator[Condition]:
        """Yield the conditions on columns that the request has."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            column, operator = self._column(name)
            if column and name not in self.special and value not in (None, ()):
                yield Condition(name, column, operator, value)

    def indexed_query(self) -> Document:
        """Return the query of the conditions that an index serves."""
        conditions = [condition for condition in self.column_conditions() if condition.is_indexed]
        return all_of(
            [
                *self.special_queries(),
                *(condition.query() for condition in conditions),
                *(condition.words_query() for condition in conditions),
            ]
        )

    def unindexed_names(self) -> list[str]:
        """Return the names of the other conditions, which need a scan."""
        return [
            condition.name for condition in self.column_conditions() if not condition.is_indexed
        ]

    def special_queries(self) -> Iterable[Document]:
        """Return the queries of conditions that are not on a single column."""
        return ()

    def _queries(self) -> list[Document]:
        """Return the queries of all conditions. A subclass combines them into one query."""
        return [
            self.indexed_query(),
            *(
                condition.query()
                for condition in self.column_conditions()
                if not condition.is_indexed
            ),
        ]

    @classmethod
    def _column(cls, name: str) -> tuple[Column | None, str]:
        if name in cls.columns:
            return cls.columns[name], "is"
        base, _, operator = name.rpartition("_")
        if operator not in OPERATORS:
            return None, "is"
        return cls.columns.get(base) or cls.columns.get(f"{base}_at"), operator

    @field_validator("*", mode="after")
    @classmethod
    def _ends_after_begin(cls, value: Any, info: ValidationInfo) -> Any:
        name = info.field_name or ""
        begin = info.data.get(f"{name.removesuffix('_to')}_from") if name.endswith("_to") else None
        if value is not None and begin is not None and value <= begin:
            raise ValueError(f"must be more than {name.removesuffix('_to')}_from")
        return value


def all_of(conditions: Iterable[Document]) -> Document:
    """Return one query for conditions that must all hold."""
    merged: Document = {}
    repeated: list[Document] = []
    for condition in conditions:
        if merged.keys() & condition.keys():
            repeated.append(condition)
        else:
            merged |= condition
    return merged | ({"$and": [*merged.get("$and", ()), *repeated]} if repeated else {})


def words_condition(text: str | None) -> Document:
    """Return the query of a free text. All of its words must match."""
    words = by_selectivity(words_of([text]))
    return {"words": {"$all": words}} if words else {}


def _has_text(value: object) -> bool:
    return any(isinstance(one, str) for one in (value if isinstance(value, list) else [value]))


def _expression(operator: str, value: Any) -> Any:
    match operator:
        case "begins":
            return {"$gte": value, "$lt": value + LAST_CHARACTER}
        case "empty":
            return {"$in": [None, ""]} if value else {"$gt": ""}
        case "from":
            return {"$gte": value}
        case "to":
            return {"$lt": value}
    return _is_one_of(value) if isinstance(value, tuple) else value


def _is_one_of(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else {"$in": list(values)}
