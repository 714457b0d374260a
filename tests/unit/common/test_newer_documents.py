"""An older version reads a connector that a newer version wrote, in every part."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from common.contracts.connector import Connector
from common.contracts.mapping import MAPPINGS, check_entered
from tests.support.builders import a_connector

UNKNOWN = {"of_a_newer_version": {"a": [1]}}


def test_unknown_fields_of_a_stored_connector_are_ignored_in_every_part() -> None:
    stored = a_connector(authentication={"login": "DIME"}, limits={"partitions": 2}).model_dump()
    for part in (stored, stored["authentication"], stored["limits"]):
        part.update(UNKNOWN)

    read = Connector.model_validate(stored)

    assert (read.authentication.login, read.limits.partitions) == ("DIME", 2)


@pytest.mark.parametrize("kind", MAPPINGS)
def test_unknown_names_of_a_stored_mapping_are_ignored(kind: tuple[str, str]) -> None:
    mapping: dict[str, Any] = {"fields": {"subject": "Title", "of_a_newer_version": "X"}, **UNKNOWN}
    read = MAPPINGS[kind].model_validate(mapping | {"resources": {"fields": {"new": "X"}}})

    assert dict(read.names)["subject"] == "Title"
    assert "of_a_newer_version" not in read.fields


@pytest.mark.parametrize("kind", MAPPINGS)
@pytest.mark.parametrize(
    "mapping",
    [
        UNKNOWN,
        {"fields": {"no_such_fact": "X"}},
        {"resources": UNKNOWN},
        {"resources": {"fields": {"no_such_fact": "X"}}},
    ],
)
def test_an_unknown_name_is_refused_where_it_is_entered(
    kind: tuple[str, str], mapping: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        check_entered(mapping, kind)
