"""Stored connectors that cannot be read completely."""

from __future__ import annotations

from typing import Any

import pytest

from dispatcher.unreadable import UnreadableConnector, parse_connector
from tests.support.builders import a_connector


def stored(**fields: Any) -> dict[str, Any]:
    return {"_id": "c1"} | a_connector().model_dump(mode="json") | fields


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"limits": {"calls_in_flight": "many"}}, "limits.calls_in_flight"),
        ({"authentication": {"type": "Carrier pigeon"}}, "authentication.type"),
        ({"actions": ["merge"]}, "actions.0"),
        ({"modified_at": "yesterday"}, "modified_at"),
        ({"version": None}, "version"),
        ({"name": 7}, "name"),
    ],
)
def test_its_unreadable_fields_are_named_and_its_source_app_routes(
    fields: dict[str, Any], named: str
) -> None:
    found = parse_connector(stored(**fields))

    assert isinstance(found, UnreadableConnector)
    assert (found.connector_id, found.source_app) == ("c1", a_connector().source_app)
    assert named in found.reason


def test_values_stay_out_of_the_reason() -> None:
    found = parse_connector(stored(secrets={"password": 4711}))

    assert isinstance(found, UnreadableConnector)
    assert "4711" not in found.reason


def test_fields_of_a_newer_version_are_ignored() -> None:
    found = parse_connector(stored(invented_later=True))

    assert found == a_connector()


def test_without_a_source_app_there_is_no_connector() -> None:
    assert parse_connector(stored(source_app=None)) is None
