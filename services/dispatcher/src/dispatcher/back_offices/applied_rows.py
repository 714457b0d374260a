"""Reads the state of records from the rows of a back office (docs/applied.md).

Every function is pure. A row is foreign, so each of its values may be anything.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from common.contracts.applied import AppliedPreset, AppliedState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from common.contracts.applied_presets import AppliedNames
    from common.contracts.receipt import Receipt


LABEL = "@OData.Community.Display.V1.FormattedValue"
"""The annotation of Dataverse that holds the label of a choice."""
BLANK = "_blank_"
"""The blank option of a page service (wire-formats.md)."""
NOT_SHOWN = "The back office does not show the record."
_ENTRY_NO = re.compile(r"-?[0-9]{1,19}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MAX_ENTRIES, MAX_IDS = 50, 25
"""The most records of one call. The query of an address stays below 2,000 characters."""


class RecordState(NamedTuple):
    """The state of one record. ``message`` is the back office's own text, or the reason why a
    waiting record has no state.
    """

    state: AppliedState
    message: str | None = None


class RecordKey(NamedTuple):
    """The value by which a record is found: its Entry No., or its own id."""

    value: str
    is_id: bool


class RecordReader(ABC):
    """Reads the states of records of one connector. Every method raises a DeliveryError."""

    @abstractmethod
    async def read(self, keys: Sequence[RecordKey]) -> dict[RecordKey, RecordState] | None:
        """Return the state of each record, or None for an answer that was too long."""

    @abstractmethod
    async def missing_fields(self) -> list[str]:
        """Return the names that the back office's own description does not have."""

    def has_failures(self) -> bool:
        """Return whether failures are stored apart from the records."""
        return False

    async def read_failures(self, keys: Sequence[RecordKey]) -> dict[RecordKey, RecordState]:
        """Return the waiting records that failed, in a call of its own. Most back offices store
        the failure in the record.
        """
        del keys
        return {}


def key_of(receipt: Receipt | None, preset: AppliedPreset) -> RecordKey | None:
    """Return the key of the record, or None where its receipt does not have the key.

    A key becomes a part of a filter, so a text of another form counts as none.
    """
    if receipt is None:
        return None
    entry_no, record_id = receipt.entry_no or "", receipt.record_id or ""
    if preset is not AppliedPreset.DATAVERSE and _ENTRY_NO.fullmatch(entry_no):
        return RecordKey(entry_no, is_id=False)
    has_id = preset in {AppliedPreset.DATAVERSE, AppliedPreset.RECORD}
    if has_id and _GUID.fullmatch(record_id):
        return RecordKey(record_id.lower(), is_id=True)
    return None


def batches_of(keys: Iterable[RecordKey]) -> Iterator[Sequence[RecordKey]]:
    """Return the keys in batches of one call each."""
    by_kind: dict[bool, list[RecordKey]] = {False: [], True: []}
    for key in dict.fromkeys(keys):
        by_kind[key.is_id].append(key)
    for is_id, found in by_kind.items():
        size = MAX_IDS if is_id else MAX_ENTRIES
        for begin in range(0, len(found), size):
            yield found[begin : begin + size]


def states_of(
    keys: Sequence[RecordKey],
    rows: Iterable[Any],
    key_field: str,
    names: AppliedNames,
    quote: Callable[[str], str],
) -> dict[RecordKey, RecordState]:
    """Return the state of each record. A record without a row waits.

    ``quote`` masks the secrets of a foreign text and cuts it off.
    """
    by_key = {_text_of(row.get(key_field)).lower(): row for row in rows if isinstance(row, dict)}
    return {
        key: state_of(by_key[key.value], names, quote)
        if key.value in by_key
        else RecordState(AppliedState.WAITING, NOT_SHOWN)
        for key in keys
    }


def state_of(
    row: Mapping[str, Any], names: AppliedNames, quote: Callable[[str], str]
) -> RecordState:
    """Return the state of a row. The label of a value counts before the value.

    A value that no list holds means waiting.
    """
    value = row.get(names.status)
    if value is None or isinstance(value, dict | list):
        return RecordState(
            AppliedState.WAITING, f"The record has no value in the field {names.status}."
        )
    for text in (_text_of(row.get(f"{names.status}{LABEL}")), _text_of(value)):
        for values, state in (
            (names.reverted, AppliedState.REVERTED),
            (names.refused, AppliedState.REFUSED),
            (names.applied, AppliedState.APPLIED),
        ):
            if text.casefold() in values:
                return RecordState(state, _message_of(row, names, state, quote))
    return RecordState(AppliedState.WAITING)


def state_of_answer(
    row: Mapping[str, Any], names: AppliedNames, quote: Callable[[str], str]
) -> RecordState:
    """Return the state by the answer to the create. There is no later question, so an answer
    without a known value cannot tell.
    """
    found = state_of(row, names, quote)
    if found.state is not AppliedState.WAITING:
        return found
    value = quote(_text_of(row.get(names.status)))
    told = f"has {value} in" if value else "has no value in"
    return RecordState(
        AppliedState.UNKNOWN, f"The answer to the create {told} the field {names.status}."
    )


def _message_of(
    row: Mapping[str, Any],
    names: AppliedNames,
    state: AppliedState,
    quote: Callable[[str], str],
) -> str | None:
    if state is AppliedState.APPLIED or not names.message:
        return None
    return quote(_text_of(row.get(names.message))) or None


def _text_of(value: Any) -> str:
    """Return a plain value as text, and any other value as an empty text."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    return "" if text == BLANK else text
