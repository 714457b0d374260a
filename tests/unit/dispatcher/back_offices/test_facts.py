from __future__ import annotations

import json
from pathlib import Path

import pytest

from common.contracts.appointment import Action
from dispatcher.back_offices.facts import facts_of
from dispatcher.errors import RefusedError
from tests.support.builders import a_transaction

SAMPLES = Path(__file__).parents[3] / "samples"


def test_every_fact_of_a_full_snapshot_is_read() -> None:
    facts = facts_of(a_transaction(body=(SAMPLES / "full-update.json").read_text()), "UTC")

    assert facts.fields["appointment_id"] == 37743
    assert facts.fields["database_action"] == "U"
    assert facts.fields["duration_s"] == 9000
    assert (facts.fields["source_app"], facts.fields["job_no"], facts.fields["task_no"]) == (
        "CRONUSINTERNATIONALLTD.",
        "OP100001",
        "OP100001",
    )
    assert (facts.fields["category"], facts.fields["time_marker"]) == ("INSTALL", "Confirmed")
    assert [line["resource_no"] for line in facts.resources][:1] == ["JO"]
    assert facts.resources[0]["resource_type"] == "Technician"


@pytest.mark.parametrize(
    ("text", "zone", "sent"),
    [
        ("2026-07-24T13:30:00", "UTC", "2026-07-24T13:30:00Z"),
        ("2026-07-24T13:30:00", "Europe/Brussels", "2026-07-24T13:30:00+02:00"),
        ("2026-01-24T13:30:00.1234567", "Europe/Brussels", "2026-01-24T13:30:00.1234567+01:00"),
        ("2026-07-24T13:30:00-05:00", "Europe/Brussels", "2026-07-24T13:30:00-05:00"),
        ("2026-07-24T13:30:00Z", "Europe/Brussels", "2026-07-24T13:30:00Z"),
        ("2026-07-24", "UTC", "2026-07-24T00:00:00Z"),
    ],
)
def test_a_date_keeps_its_offset_or_gets_that_of_the_zone(text: str, zone: str, sent: str) -> None:
    assert (
        facts_of(a_transaction(body=json.dumps({"StartDate": text})), zone).fields["start"] == sent
    )


def test_what_is_not_there_is_no_fact() -> None:
    facts = facts_of(
        a_transaction(
            action=Action.DELETE,
            body='{"Id": 1, "Task": null, "Category": null, "Assignments": null}',
        ),
        "UTC",
    )

    assert {name for name, value in facts.fields.items() if value is not None} == {
        "appointment_id",
        "database_action",
    }
    assert facts.resources == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('{"Importance": "high"}', "Importance"),
        ('{"StartDate": "soon"}', "start"),
        ('{"Assignments": [1]}', "Assignments.0"),
    ],
)
def test_a_field_that_cannot_be_sent_is_named(body: str, named: str) -> None:
    with pytest.raises(RefusedError, match=named):
        facts_of(a_transaction(body=body), "UTC")
