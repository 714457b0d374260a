from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.contracts.telemetry import TimerJob
from portal_api.deliveries.automatic_retry import (
    CHECKED,
    NEWER_DISABLED,
    OFF,
    OVERTAKEN,
    REPEATED,
    UNKNOWN,
    automatic_retry,
)
from tests.support.builders import A_MOMENT, a_connector

SOON = A_MOMENT + timedelta(minutes=1)
ON = TimerJob(expression="*/15 * * * *", next_run_at=SOON)
FAILED: dict[str, Any] = {
    "_id": "t1.c1",
    "connector_id": "c1",
    "connector_version": 2,
    "status": "Failed",
    "phase": "done",
    "archived": False,
    "cause": "a",
    "changed_at": A_MOMENT,
}
REFUSED = {"repeats": 3, "repeated_cause": "a"}


@pytest.mark.parametrize(
    "change",
    [{"status": "Success"}, {"phase": "pending"}, {"archived": True}, {"connector_id": "-"}],
)
def test_there_is_no_automatic_retry_of_other_statuses_than_failed(change: dict[str, Any]) -> None:
    assert automatic_retry(FAILED | change, None, 2, ON) is None


@pytest.mark.parametrize(
    ("change", "newer", "timer_job", "reason"),
    [
        ({}, None, None, OFF),
        ({}, None, TimerJob(expression=""), OFF),
        ({"outcome_unknown": True}, None, ON, UNKNOWN),
        ({"overtaken_by": {"delivery_id": "t2.c1"}}, None, ON, OVERTAKEN),
    ],
)
def test_the_reason_says_why_the_timer_job_leaves_it_alone(
    change: dict[str, Any], newer: dict[str, Any] | None, timer_job: TimerJob | None, reason: str
) -> None:
    assert automatic_retry(FAILED | change, newer, 2, timer_job) == (None, reason)


@pytest.mark.parametrize("timer_job", [None, ON])
@pytest.mark.parametrize(
    ("connector", "reason"),
    [
        ({"system": "NAV", "api_type": "SOAP"}, CHECKED),
        ({"system": "Business Central", "api_type": "SOAP"}, CHECKED),
        ({"system": "Business Central", "api_type": "REST"}, CHECKED),
        ({"system": "CRM", "api_type": "REST"}, REPEATED),
        ({"recognises_delivery_id": True}, REPEATED),
    ],
)
def test_an_unknown_outcome_shows_its_next_check(
    connector: dict[str, Any], reason: str, timer_job: TimerJob | None
) -> None:
    unknown = FAILED | {"outcome_unknown": True}
    later = unknown | {"outcome_check": {"next_at": SOON}}
    asked = a_connector(**connector)

    first = automatic_retry(unknown, None, 2, timer_job, asked)

    assert first == (A_MOMENT + timedelta(minutes=10), reason)
    assert automatic_retry(later, None, 2, timer_job, asked) == (SOON, reason)


@pytest.mark.parametrize(
    ("connector", "change"),
    [
        ({}, {}),
        ({"system": "NAV", "enabled": False}, {}),
        ({"system": "NAV", "mapping": {"fields": {"last_modified_date": None}}}, {}),
        ({"system": "NAV", "mapping": {"fields": {"subject": "not a name"}}}, {}),
        ({"system": "NAV"}, {"outcome_check": {"next_at": None}}),
        ({"system": "SAP"}, {}),
    ],
)
def test_an_unknown_outcome_that_nothing_can_settle_is_left_to_a_person(
    connector: dict[str, Any], change: dict[str, Any]
) -> None:
    unknown = FAILED | {"outcome_unknown": True} | change

    assert automatic_retry(unknown, None, 2, ON, a_connector(**connector)) == (None, UNKNOWN)


def test_the_next_run_takes_a_first_failure() -> None:
    assert automatic_retry(FAILED, None, 2, ON) == (SOON, None)


def test_a_repeatedly_refused_delivery_shows_the_end_of_its_wait() -> None:
    found = automatic_retry(FAILED | REFUSED, None, 2, ON)

    assert found is not None
    assert found.at is not None
    assert timedelta(minutes=16) <= found.at - A_MOMENT <= timedelta(minutes=20)
    assert "4 times in a row" in str(found.reason)


def test_other_settings_end_the_wait() -> None:
    assert automatic_retry(FAILED | REFUSED, None, 3, ON) == (SOON, None)


def test_a_newer_change_that_the_timer_job_does_not_send_is_named() -> None:
    newer = {"status": "MBOC Publish Disabled"}

    assert automatic_retry(FAILED, newer, 2, ON) == (SOON, NEWER_DISABLED)
