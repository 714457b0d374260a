from __future__ import annotations

from dispatcher.ledger.version_notes import modified_ahead_note
from tests.support.builders import an_appointment


def test_a_delivery_says_that_the_time_of_arrival_counts() -> None:
    note = modified_ahead_note(an_appointment(reported_modified_at="9999-12-31T23:59:59"))

    assert note is not None
    assert "9999-12-31T23:59:59" in note


def test_a_time_that_counts_needs_no_sentence() -> None:
    assert modified_ahead_note(an_appointment()) is None
