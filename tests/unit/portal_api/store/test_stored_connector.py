"""A stored connector that cannot be read is shown as such, and nothing else is lost."""

from __future__ import annotations

from typing import Any

import pytest

from portal_api.connectors.schemas import as_response
from portal_api.store.stored_connector import as_stored
from tests.support.builders import a_connector

STORED = a_connector(uri="http://hook.example/", authentication={"login": "DIME"}).model_dump()


def test_a_connector_that_can_be_read_has_no_unreadable_fields() -> None:
    assert "unreadable" not in as_response(as_stored(STORED)).model_dump()


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"limits": {"calls_in_flight": 9_000}}, ["limits.calls_in_flight"]),
        ({"authentication": {"type": "Of a newer version"}}, ["authentication.type"]),
        ({"actions": ["merge"]}, ["actions.0"]),
        ({"name": None, "version": "one"}, ["name", "version"]),
        ({"connector_id": "NO ID", "modified_at": 5.5e20}, ["connector_id", "modified_at"]),
        ({"unreadable": ["forged"]}, None),
    ],
)
def test_the_fields_that_cannot_be_read_are_named_and_the_others_shown(
    wrong: dict[str, Any], fields: list[str] | None
) -> None:
    seen = as_response(as_stored(STORED | wrong))

    assert seen.unreadable == fields
    assert seen.uri == "http://hook.example/"


def test_no_value_that_cannot_be_read_is_shown() -> None:
    secret = {"password": {"of a newer version": "made-up-secret"}}

    seen = as_response(as_stored(STORED | {"secrets": secret}))

    assert seen.unreadable == ["secrets.password"]
    assert "made-up-secret" not in seen.model_dump_json()


def test_a_document_without_fields_is_still_shown() -> None:
    assert as_response(as_stored({})).unreadable
