"""Entry, import and comparison of partitions and missing creates."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts.connector import Connector, Limits
from common.problem import field_errors
from portal_api.connector_import.rows import as_fields
from portal_api.connectors.differences import changed_fields
from portal_api.connectors.fields import ConnectorFields
from portal_api.connectors.schemas import as_response
from tests.support.builders import A_MOMENT


def errors_of(**entered: Any) -> list[dict[str, str]]:
    with pytest.raises(ValidationError) as raised:
        ConnectorFields.model_validate({"name": "Hook", "source_app": "CRONUS"} | entered)
    return field_errors(raised.value.errors())


def a_connector(**facts: Any) -> Connector:
    return Connector(
        **{
            "connector_id": "c1",
            "version": 1,
            "name": "Hook",
            "source_app": "CRONUS",
            "modified_at": A_MOMENT,
        }
        | facts
    )


@pytest.mark.parametrize(
    ("entered", "calls"),
    [
        ({"limits": {"calls_in_flight": 3, "partitions": 4}}, 3),
        ({"limits": {"partitions": 9}}, 8),
        ({"limits": {"partitions": 6}, "system": "Business Central"}, 5),
    ],
)
def test_more_partitions_than_calls_in_flight_are_refused(
    entered: dict[str, Any], calls: int
) -> None:
    assert errors_of(**entered) == [
        {
            "field": "limits.partitions",
            "message": f"must not be more than the calls in flight ({calls})",
        }
    ]


def test_as_many_partitions_as_calls_in_flight_are_accepted() -> None:
    fields = ConnectorFields.model_validate(
        {"name": "Hook", "source_app": "CRONUS", "limits": {"partitions": 8}}
    )

    assert fields.stored_fields()["limits"]["partitions"] == 8


def test_a_file_may_name_partitions_and_missing_creates() -> None:
    row = {"Name": "Hook", "partitions": "2", "Sends Missing Create": "no"}

    fields, errors = as_fields(row)

    assert errors == []
    assert fields == {"name": "Hook", "limits": {"partitions": 2}, "sends_missing_create": False}


def test_the_highest_number_of_partitions_cannot_be_entered() -> None:
    _, errors = as_fields({"most_partitions": "4"})

    assert [error["field"] for error in errors] == ["most_partitions"]
    assert [error["field"] for error in errors_of(most_partitions=4)] == ["most_partitions"]


def test_versions_differ_by_partitions_and_missing_creates_alone() -> None:
    before = a_connector(most_partitions=1)
    after = a_connector(
        version=2, limits=Limits(partitions=2), most_partitions=2, sends_missing_create=False
    )

    assert sorted(changed_fields(before, after)) == ["limits.partitions", "sends_missing_create"]


def test_the_highest_number_of_partitions_is_not_shown() -> None:
    connector = as_response(a_connector(limits=Limits(partitions=2), most_partitions=4))

    assert connector.limits.partitions == 2
    assert "most_partitions" not in connector.model_dump()
