"""Entry, import and comparison of the fields that depend on the system."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from common.problem import field_errors
from portal_api.connector_import.rows import as_fields
from portal_api.connectors.differences import changed_fields
from portal_api.connectors.fields import ConnectorFields
from portal_api.connectors.schemas import as_response
from portal_api.connectors.system_fields import is_newest_only_by_default
from tests.support.builders import a_connector


def entered(**fields: Any) -> ConnectorFields:
    """Build the entered fields."""
    return ConnectorFields.model_validate({"name": "Hook", "source_app": "CRONUS"} | fields)


def wrong_fields(**fields: Any) -> list[str]:
    """Return the names of the fields that are refused."""
    with pytest.raises(ValidationError) as raised:
        entered(**fields)
    return [error["field"] for error in field_errors(raised.value.errors())]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("Business Central", True),
        ("NAV", True),
        ("CRM", True),
        ("Webhook", False),
        ("business central", False),
        ("", False),
        (None, False),
    ],
)
def test_new_connectors_of_back_offices_with_records_send_the_newest_only(
    system: str | None, *, expected: bool
) -> None:
    assert is_newest_only_by_default(system) is expected


@pytest.mark.parametrize("fields", [{}, {"newest_only": None}])
def test_an_omitted_switch_leaves_the_decision_to_the_store(fields: dict[str, Any]) -> None:
    assert "newest_only" not in entered(**fields).stored_fields()


@pytest.mark.parametrize("value", [True, False])
def test_an_entered_switch_is_stored(*, value: bool) -> None:
    assert entered(newest_only=value).stored_fields()["newest_only"] is value


@pytest.mark.parametrize("system", ["Business Central", "NAV", "CRM", "webhook", "Other", "", None])
def test_only_a_webhook_recognises_delivery_ids(system: str | None) -> None:
    assert wrong_fields(system=system, recognises_delivery_id=True) == ["recognises_delivery_id"]
    assert entered(system=system, recognises_delivery_id=False).recognises_delivery_id is False
    assert entered(system="Webhook", recognises_delivery_id=True).recognises_delivery_id is True


@pytest.mark.parametrize("seconds", [-1, -0.001, 86_400.5, "600", True, None])
def test_a_waiting_time_outside_a_day_is_refused(seconds: object) -> None:
    assert wrong_fields(missing_after_s=seconds) == ["missing_after_s"]


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_a_waiting_time_that_is_no_number_is_refused(seconds: float) -> None:
    assert wrong_fields(missing_after_s=seconds) == ["missing_after_s"]


@pytest.mark.parametrize("seconds", [0, 0.5, 86_400])
def test_a_waiting_time_within_a_day_is_stored(seconds: float) -> None:
    assert entered(missing_after_s=seconds).stored_fields()["missing_after_s"] == seconds


@pytest.mark.parametrize("name", ["newest_only", "recognises_delivery_id"])
@pytest.mark.parametrize("value", ["yes", 1, "true"])
def test_a_switch_is_true_or_false(name: str, value: object) -> None:
    assert wrong_fields(system="Webhook", **{name: value}) == [name]


def test_a_file_may_name_the_fields() -> None:
    row = {
        "Name": "Hook",
        "Newest only": "on",
        "recognisesDeliveryId": "no",
        "missing_after_s": "12.5",
    }

    fields, errors = as_fields(row)

    assert errors == []
    assert fields == {
        "name": "Hook",
        "newest_only": True,
        "recognises_delivery_id": False,
        "missing_after_s": 12.5,
    }


def test_an_unknown_flag_of_a_file_is_refused_by_its_field() -> None:
    fields, _ = as_fields({"newest_only": "perhaps", "missing_after_s": "soon"})

    assert wrong_fields(**fields) == ["newest_only", "missing_after_s"]


def test_versions_differ_by_each_of_the_fields() -> None:
    before = a_connector()
    after = a_connector(
        version=2, newest_only=True, recognises_delivery_id=True, missing_after_s=60.0
    )

    assert changed_fields(before, after) == [
        "newest_only",
        "recognises_delivery_id",
        "missing_after_s",
    ]


def test_a_response_shows_the_fields() -> None:
    shown = as_response(a_connector(newest_only=True)).model_dump()

    assert (shown["newest_only"], shown["recognises_delivery_id"], shown["missing_after_s"]) == (
        True,
        False,
        600.0,
    )
