"""The state of a record by its row."""

from __future__ import annotations

from typing import Any

import pytest

from common.contracts.applied import AppliedPreset, AppliedSettings, AppliedState
from common.contracts.applied_presets import PRESETS_OF, names_of
from common.contracts.connector import BUSINESS_CENTRAL, CRM, REST, SOAP
from common.contracts.receipt import Receipt
from dispatcher.back_offices.applied_rows import (
    LABEL,
    MAX_ENTRIES,
    MAX_IDS,
    RecordKey,
    batches_of,
    key_of,
    state_of,
    state_of_answer,
    states_of,
)
from dispatcher.back_offices.faults import FaultTranslator

GUID = "0B1F0C8E-7B4A-4C53-9C6B-2A6C9F0E4D11"
PAGE = names_of((BUSINESS_CENTRAL, SOAP), AppliedSettings(preset=AppliedPreset.SOAP_READ))
DATAVERSE = names_of((CRM, REST), AppliedSettings(preset=AppliedPreset.DATAVERSE))
quote = FaultTranslator("page service", "Orders", ["made-up-secret"]).quote


@pytest.mark.parametrize(
    ("value", "state"),
    [
        ("Processed", AppliedState.APPLIED),
        (" processed ", AppliedState.APPLIED),
        ("ERROR", AppliedState.REFUSED),
        ("Reverted", AppliedState.REVERTED),
        ("Received", AppliedState.WAITING),
        ("_blank_", AppliedState.WAITING),
        ("", AppliedState.WAITING),
        (None, AppliedState.WAITING),
        ({"Processed": 1}, AppliedState.WAITING),
        (["Processed"], AppliedState.WAITING),
        (True, AppliedState.WAITING),
        (7, AppliedState.WAITING),
    ],
)
def test_the_status_of_a_row_tells_its_state(value: Any, state: AppliedState) -> None:
    assert state_of({"Status": value}, PAGE, quote).state is state


def test_a_refused_record_has_the_message_of_the_back_office_without_secrets() -> None:
    row = {"Status": "Error", "Error_Message": "Job closed,\n made-up-secret"}

    assert state_of(row, PAGE, quote).message == "Job closed, ***"


@pytest.mark.parametrize("message", [None, "", " ", {"a": 1}, ["x"]])
def test_a_refused_record_without_a_readable_message_has_none(message: Any) -> None:
    found = state_of({"Status": "Error", "Error_Message": message}, PAGE, quote)

    assert found == (AppliedState.REFUSED, None)


def test_a_long_message_is_cut_off() -> None:
    found = state_of({"Status": "Error", "Error_Message": "x" * 100_000}, PAGE, quote)

    assert found.message
    assert len(found.message) <= 501


def test_the_label_of_a_status_code_counts_before_the_code() -> None:
    row = {"statuscode": 2, f"statuscode{LABEL}": "Reverted"}

    assert state_of(row, DATAVERSE, quote).state is AppliedState.REVERTED


def test_own_values_replace_the_values_of_the_preset() -> None:
    names = names_of(
        (BUSINESS_CENTRAL, SOAP),
        AppliedSettings(
            preset=AppliedPreset.SOAP_READ, status_field="State", applied_values=("Posted",)
        ),
    )

    assert state_of({"State": "Posted"}, names, quote).state is AppliedState.APPLIED
    assert state_of({"State": "Processed"}, names, quote).state is AppliedState.WAITING


def test_an_answer_without_a_known_value_cannot_tell_the_state() -> None:
    found = state_of_answer({"Status": "New"}, PAGE, quote)

    assert found.state is AppliedState.UNKNOWN
    assert "New" in (found.message or "")
    assert state_of_answer({}, PAGE, quote).state is AppliedState.UNKNOWN


@pytest.mark.parametrize(
    ("receipt", "preset", "key"),
    [
        (Receipt(entry_no="13"), AppliedPreset.SOAP_READ, RecordKey("13", is_id=False)),
        (Receipt(entry_no="13' or 1 eq 1"), AppliedPreset.SOAP_READ, None),
        (Receipt(record_id=GUID), AppliedPreset.SOAP_READ, None),
        (Receipt(record_id=GUID), AppliedPreset.RECORD, RecordKey(GUID.lower(), is_id=True)),
        (Receipt(record_id=GUID), AppliedPreset.ODATA_LIST, None),
        (Receipt(entry_no="13"), AppliedPreset.DATAVERSE, None),
        (Receipt(record_id=f"{GUID} or true"), AppliedPreset.DATAVERSE, None),
        (None, AppliedPreset.RECORD, None),
    ],
)
def test_a_record_is_found_by_the_key_of_its_receipt(
    receipt: Receipt | None, preset: AppliedPreset, key: RecordKey | None
) -> None:
    assert key_of(receipt, preset) == key


def test_a_batch_has_keys_of_one_kind_and_a_limited_length() -> None:
    entries = [RecordKey(str(number), is_id=False) for number in range(120)]
    ids = [RecordKey(f"{GUID}{number}", is_id=True) for number in range(60)]

    batches = list(batches_of([*entries, *ids, *entries]))

    assert [len(batch) for batch in batches] == [
        *[MAX_ENTRIES, MAX_ENTRIES, 20],
        *[MAX_IDS, MAX_IDS, 10],
    ]
    assert all(len({key.is_id for key in batch}) == 1 for batch in batches)


@pytest.mark.parametrize("rows", [[], [None], ["x"], [{}], [{"Entry_No": None}], [[13]]])
def test_a_record_without_a_row_waits(rows: list[Any]) -> None:
    key = RecordKey("13", is_id=False)

    found = states_of([key], rows, "Entry_No", PAGE, quote)

    assert found[key].state is AppliedState.WAITING
    assert found[key].message == "The back office does not show the record."


def test_the_number_of_a_row_may_be_a_text_or_a_number() -> None:
    keys = [RecordKey("13", is_id=False), RecordKey("14", is_id=False)]
    rows = [{"Entry_No": 13, "Status": "Processed"}, {"Entry_No": "14", "Status": "Error"}]

    found = states_of(keys, rows, "Entry_No", PAGE, quote)

    assert [found[key].state for key in keys] == [AppliedState.APPLIED, AppliedState.REFUSED]


def test_every_kind_of_back_office_has_its_own_presets() -> None:
    assert PRESETS_OF[BUSINESS_CENTRAL, REST] != PRESETS_OF[BUSINESS_CENTRAL, SOAP]
    assert all(presets[0] is AppliedPreset.OFF for presets in PRESETS_OF.values())
