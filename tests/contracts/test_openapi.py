"""The committed OpenAPI document is that of the code, and explains every operation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from portal_api.appointments.schemas import AppointmentPage
from portal_api.connectors.fields import ConnectorFields
from portal_api.deliveries.cause_schemas import CauseList
from portal_api.deliveries.schemas import DeliveryPage
from portal_api.openapi import openapi_document
from portal_api.saved_views.schemas import SavedViewFields, SavedViewPage
from portal_api.schemas.problems import Problem

API = Path(__file__).parents[2] / "docs" / "api"

NO_CREDENTIALS = {"/api/sign-in-options", "/api/session/oidc", "/api/session/oidc/callback"}
"""The paths that read no credentials."""


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(openapi_document())
    return found


def test_the_committed_description_is_that_of_the_code() -> None:
    assert (API / "portal-api.json").read_text() == openapi_document(), "run `make docs`"


def test_every_operation_says_which_problems_it_answers() -> None:
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            needed = {"422", "503"} if path in NO_CREDENTIALS else {"401", "422", "503"}
            assert needed <= set(operation["responses"]), path
            assert all(
                "application/problem+json" in answer["content"]
                for status, answer in operation["responses"].items()
                if status >= "4"
            ), path


def test_every_operation_and_every_parameter_is_explained() -> None:
    plain = {
        "api_key_id",
        "appointment_key",
        "cause",
        "connector_id",
        "delivery_id",
        "name",
        "operation_id",
        "saved_view_id",
        "session_id",
    }
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert operation["description"], path
            unexplained = {
                parameter["name"]
                for parameter in operation.get("parameters", [])
                if not parameter.get("description")
            }
            assert unexplained <= plain, path


@pytest.mark.parametrize(
    "model",
    [
        AppointmentPage,
        CauseList,
        ConnectorFields,
        DeliveryPage,
        Problem,
        SavedViewFields,
        SavedViewPage,
    ],
    ids=lambda model: str(model.__name__),
)
def test_an_example_is_what_its_schema_says(model: type[BaseModel]) -> None:
    example = document()["components"]["schemas"][model.__name__]["example"]

    again = model.model_validate(example).model_dump(mode="json", by_alias=True)

    assert set(example) <= set(again)
