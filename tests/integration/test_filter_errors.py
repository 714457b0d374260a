"""An invalid filter is refused with the name of its field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from portal_api.deliveries.schemas import DeliveryQuery
from tests.support.system import System


async def test_an_address_takes_several_values_of_a_filter_and_a_wrong_one_is_named(
    system: System,
) -> None:
    status, _ = await system.api(
        "GET",
        "/deliveries?status=Failed&status=Skipped&appointment_id=1&appointment_id=2&phase=done",
    )
    wrong, problem = await system.api("GET", "/deliveries?status=Failed&status=Odd")
    crossed, crossing = await system.api("GET", "/causes?attempt_from=3&attempt_to=2")

    assert (status, wrong, crossed) == (200, 422, 422)
    assert (problem["errors"][0]["field"], crossing["errors"][0]["field"]) == (
        "status",
        "attempt_to",
    )


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"status": ["Odd"]}, "status"),
        ({"job_no": [""]}, "job_no"),
        ({"job_no": ["x"] * 51}, "job_no"),
        (
            {"received_from": "2026-07-21T06:00:00Z", "received_to": "2026-07-21T06:00:00Z"},
            "received_to",
        ),
        ({"attempt_from": 3, "attempt_to": 2}, "attempt_to"),
        ({"start_from": "21-07-2026"}, "start_from"),
        ({"received_from": "2026-07-21"}, "received_from"),
        ({"search": "?!"}, "search"),
        ({"search": "\u0301"}, "search"),
        ({"appointment_id": [2**63]}, "appointment_id"),
        ({"phase": ["archived", "done"]}, "phase"),
        ({"colour": ["red"]}, "colour"),
        ({"sort": "colour"}, "sort"),
    ],
    ids=str,
)
def test_an_invalid_condition_is_refused_with_the_field(
    conditions: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        DeliveryQuery.model_validate(conditions)

    assert refused.value.errors()[0]["loc"][0] == field
