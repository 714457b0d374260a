"""Conditions on columns: ``column``, ``column_begins``, ``column_empty``, ``column_from`` and
``column_to`` (docs/search.md).
"""

from __future__ import annotations

import json
import re
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
"""Behind every character that a text can go on with."""


class Condition(NamedTuple):
    """One parameter that was body: ``operator`` is one of OPERATORS, or ``is``."""

    name: str
    column: Column
    operator: str
    value: Any

    @property
    def is_indexed(self) -> bool:
        """Whether an index leads to what fulfils it."""
        return self.column.access_path is AccessPath.INDEX or (
            self.column.access_path is AccessPath.WORDS and self.operator == "is"
        )

    def query(self) -> Document:
        """Return it in the store's words."""
        return {self.column.path: _expression(self.operator, self.value)}

    def words_query(self) -> Document:
        """Return the words that lead to it, where only words do."""
        if self.column.access_path is not AccessPath.WORDS or self.operator != "is":
            return {}
        words = [by_selectivity(words_of([value]))[:1] for value in self.value]
        return {"words": _is_one_of([word for [word] in words])} if all(words) else {}


class Conditions(BaseModel):
    """Conditions of a list; all of them must hold. An unknown one is refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    columns: ClassVar[Mapping[str, Column]] = {}
    special: ClassVar[frozenset[str]] = frozenset()
    """Those that are more than a condition on a column: whoever inherits says what they mean."""

    @classmethod
    def check_body(cls, body: object) -> object:
        """Return what stands in a body; raises ValidationError for a number, or a true or false,
        that is written as text: it has to be in an address only.
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
    def _non_text_names(cls) -> set[str]:
        """Return the names of the conditions whose values are no texts."""
        fields = cls.model_json_schema()["properties"]
        return {
            name
            for name, schema in fields.items()
            if not {"string", "$ref"} & set(re.findall(r"[$\w]+", json.dumps(schema)))
        }

    def column_conditions(self) -> Iterator[Condition]:
        """Yield the conditions on columns that were body."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            column, operator = self._column(name)
            if column and name not in self.special and value not in (None, ()):
                yield Condition(name, column, operator, value)

    def wanted(self) -> Document:
        """Return the conditions in the store's words."""
        return all_of(
            [
                self.indexed(),
                *(
                    condition.query()
                    for condition in self.column_conditions()
                    if not condition.is_indexed
                ),
            ]
        )

    def indexed(self) -> Document:
        """Return those of them that an index leads to."""
        body = [condition for condition in self.column_conditions() if condition.is_indexed]
        return all_of(
            [
                *self.more(),
                *(condition.query() for condition in body),
                *(condition.words_query() for condition in body),
            ]
        )

    def unindexed(self) -> list[str]:
        """Return the names of the others: MongoDB looks at each item to know whether
        it fulfils them.
        """
        return [
            condition.name for condition in self.column_conditions() if not condition.is_indexed
        ]

    def more(self) -> Iterable[Document]:
        """Return what else is asked for, in the store's words."""
        return ()

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
    """Return conditions that must all hold as one document."""
    merged: Document = {}
    repeated: list[Document] = []
    for condition in conditions:
        if merged.keys() & condition.keys():
            repeated.append(condition)
        else:
            merged |= condition
    return merged | ({"$and": repeated} if repeated else {})


def words_condition(text: str | None) -> Document:
    """Return what free text asks for: every one of its words."""
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
