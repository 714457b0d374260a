"""The times of the questions for one record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.contracts.applied import AppliedSettings
from common.contracts.receipt import Receipt
from dispatcher.applied.check import AppliedCheck, next_check_at, parse_check
from tests.support.builders import A_MOMENT

CHECK = AppliedCheck(
    delivery_id="t1.c1",
    attempt=1,
    connector_id="c1",
    receipt=Receipt(entry_no="13"),
    opened_at=A_MOMENT,
    give_up_at=A_MOMENT + timedelta(hours=72),
)


@pytest.mark.parametrize(
    ("age_s", "wait_s"),
    [(60, 60), (600, 60), (1_200, 120), (36_000, 3_600), (200_000, 3_600)],
)
def test_the_waits_grow_with_the_age_of_the_record(age_s: int, wait_s: int) -> None:
    now = A_MOMENT + timedelta(seconds=age_s)

    found = next_check_at(CHECK, AppliedSettings(interval_s=60.0), now)

    assert found - now == timedelta(seconds=wait_s)


def test_the_last_question_is_asked_when_it_is_given_up() -> None:
    now = CHECK.give_up_at - timedelta(minutes=1)

    assert next_check_at(CHECK, AppliedSettings(interval_s=600.0), now) == CHECK.give_up_at


@pytest.mark.parametrize("receipt", [{"entry_no": 13}, {"entry_no": "x" * 501}, "13", None])
def test_an_unreadable_receipt_counts_as_empty(receipt: object) -> None:
    document = {
        "_id": "t1.c1",
        "attempt": 1,
        "connector_id": "c1",
        "receipt": receipt,
        "opened_at": A_MOMENT,
        "give_up_at": CHECK.give_up_at,
    }

    assert parse_check(document).receipt == Receipt()
