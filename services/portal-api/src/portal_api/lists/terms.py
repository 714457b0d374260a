"""The types of values in the filter language."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from portal_api.lists.search_terms import words_of
from portal_api.schemas.types import Int64, Moment, YesNo

MAX_VALUES = 50
"""Values of one condition. MongoDB scans an index for each value and merges the results."""
MAX_CHARACTERS = 250


class _OneOrSeveral:
    """Adds a single value to the schema. In an address a value always stands alone."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        several = handler(core_schema)
        return {"anyOf": [several, several["items"]]}


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str | int) else value


T = TypeVar("T")
Text = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]

AnyOf = Annotated[
    tuple[T, ...],
    Field(max_length=MAX_VALUES),
    BeforeValidator(_as_tuple),
    _OneOrSeveral(),
    Field(description="Exactly this value. Several values mean any of them."),
]
Texts = Annotated[
    tuple[Text, ...],
    Field(max_length=MAX_VALUES),
    BeforeValidator(_as_tuple),
    _OneOrSeveral(),
    Field(description="Exactly this text. Several texts mean any of them. Case counts."),
]
Begins = Annotated[Text | None, Field(description="The beginning of the text. Case counts.")]
Empty = Annotated[
    YesNo | None,
    Field(description="true: only items without a value. false: only items with a value."),
]
Flag = Annotated[
    YesNo | None,
    Field(description="true: only items with this property. false: only items without it."),
]
From = Annotated[
    Moment | None, Field(description="At or after this time.", examples=["2026-07-21T06:00:00Z"])
]
To = Annotated[
    Moment | None, Field(description="Before this time.", examples=["2026-07-22T06:00:00Z"])
]
AtLeast = Annotated[Int64 | None, Field(description="At least this number.")]
Below = Annotated[Int64 | None, Field(description="Less than this number.")]
Written = Annotated[str, Field(pattern=r"^\d{4}-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?)?)?$")]
WrittenFrom = Annotated[
    Written | None,
    Field(
        description=(
            "At or after this day or time, as Dime.Scheduler wrote it. Its offset does not count."
        ),
        examples=["2026-07-21"],
    ),
]
WrittenTo = Annotated[
    Written | None,
    Field(
        description="Before this day or time, as Dime.Scheduler wrote it.",
        examples=["2026-07-22T12:00"],
    ),
]


def _has_a_word(text: str | None) -> str | None:
    if text is not None and not words_of([text]):
        raise ValueError("must contain a word of letters or digits")
    return text


Search = Annotated[
    Annotated[str, Field(max_length=200, pattern=r"[0-9A-Za-z_]|[^\x00-\x7F]")] | None,
    AfterValidator(_has_a_word),
    Field(
        description="Whole words in any case, with or without accents. All words must match.",
        examples=["compressor op100001"],
    ),
]
