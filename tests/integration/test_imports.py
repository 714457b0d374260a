"""Connectors are imported from JSON or CSV, with our field names or the vendor's. One invalid row
stops the import.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.support.system import System

PASSWORD = "made-up-import-password"


@pytest.fixture
def name() -> str:
    return f"import-{uuid.uuid4().hex[:8]}"


async def send(system: System, body: str, kind: str = "text/csv", *, dry_run: bool = False) -> Any:
    status, answer = await system.api(
        "POST",
        f"/connectors/import?dry_run={str(dry_run).lower()}",
        data=body.encode(),
        headers={"Content-Type": kind},
    )
    assert status == 200, answer
    return answer


async def named(system: System, name: str) -> list[dict[str, Any]]:
    _, page = await system.api("GET", "/connectors")
    return [connector for connector in page["items"] if connector["name"] == name]


def vendors_csv(name: str, password: str = PASSWORD) -> str:
    return (
        "Name;SourceApp;Type;ApiType;WebServiceAddress;AuthType;Login;Password;CrudTypes;"
        "SendAppointmentToWebService\r\n"
        f"{name};CRONUS;Bc;Soap;http://bc.cronus.example/WS/CRONUS/Page/Appointment;Ntlm;"
        f"CRONUS\\DIME;{password};Create,Update;false\r\n"
    )


async def test_the_vendors_field_names_are_translated(system: System, name: str) -> None:
    imported = await send(system, vendors_csv(name))

    assert (imported["done"], imported["rows"][0]["result"]) == (True, "create")
    [connector] = await named(system, name)
    assert (connector["system"], connector["api_type"], connector["enabled"]) == (
        "Business Central",
        "SOAP",
        False,
    )
    assert connector["authentication"]["type"] == "NTLM"
    assert connector["actions"] == ["create", "update"]
    assert connector["secrets"] == ["password"]
    assert PASSWORD not in json.dumps(imported) + json.dumps(connector)


async def test_a_dry_run_lists_its_changes_and_makes_none(system: System, name: str) -> None:
    imported = await send(system, vendors_csv(name), dry_run=True)

    assert (imported["done"], imported["rows"][0]["result"]) == (False, "create")
    assert await named(system, name) == []


async def test_one_wrong_row_stops_the_import_and_is_named(system: System, name: str) -> None:
    rows = [
        {"name": name, "source_app": "CRONUS"},
        {"name": "", "source_app": "CRONUS", "colour": "red", "limits": {"calls_in_flight": 0}},
        {"name": name, "source_app": "CRONUS"},
    ]

    imported = await send(system, json.dumps(rows), "application/json")

    assert [row["result"] for row in imported["rows"]] == ["create", "wrong", "wrong"]
    assert {error["field"] for error in imported["rows"][1]["errors"]} == {
        "name",
        "colour",
        "limits.calls_in_flight",
    }
    assert "row 1" in imported["rows"][2]["errors"][0]["message"]
    assert await named(system, name) == []


async def test_importing_again_changes_the_existing_connectors(system: System, name: str) -> None:
    await send(system, vendors_csv(name))
    again = await send(system, vendors_csv(name, password="").replace("Ntlm", "Windows"))

    assert again["rows"][0]["result"] == "change"
    [connector] = await named(system, name)
    assert (connector["version"], connector["authentication"]["type"], connector["secrets"]) == (
        2,
        "Windows",
        ["password"],
    )


async def test_importing_a_password_as_a_readable_one_needs_it_again(
    system: System, name: str
) -> None:
    await send(system, vendors_csv(name))

    again = await send(system, vendors_csv(name, password="").replace("Ntlm", "Basic"))

    assert (again["done"], again["rows"][0]["errors"][0]) == (
        False,
        {
            "field": "password",
            "message": ("enter it again, because the kind of authentication is another one"),
        },
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [("{", "application/json"), ("[1]", "application/json"), ("\xff\xfe", "application/json")],
)
async def test_a_file_without_rows_is_refused(system: System, body: str, kind: str) -> None:
    status, problem = await system.api(
        "POST", "/connectors/import", data=body.encode("latin-1"), headers={"Content-Type": kind}
    )

    assert (status, problem["errors"][0]["field"]) == (422, "body")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"ca_certificate": "no certificate"}, "ca_certificate"),
        ({"headers": {"Host": "elsewhere"}}, "headers"),
        ({"headers": {"X-A": "two\nlines"}}, "headers"),
        ({"authentication": {"type": "Magic"}}, "authentication.type"),
        ({"mapping": {"fields": {"subject": "Title"}}}, "mapping"),
        ({"system": "NAV", "mapping": {"fields": {"colour": "Colour"}}}, "mapping"),
    ],
)
async def test_a_bad_field_of_a_connector_is_named(
    system: System, name: str, fields: dict[str, Any], field: str
) -> None:
    status, problem = await system.api(
        "POST",
        "/connectors",
        json={"name": name, "source_app": "CRONUS", "system": "Webhook"} | fields,
    )

    assert status == 422
    assert field in json.dumps(problem["errors"])
    assert "elsewhere" not in json.dumps(problem)


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/xml", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_a_file_of_another_format_is_refused(system: System, name: str, kind: str) -> None:
    status, problem = await system.api(
        "POST", "/connectors/import", data=vendors_csv(name), headers={"Content-Type": kind}
    )

    assert (status, problem["detail"]) == (
        415,
        "Send the Content-Type application/json or text/csv",
    )
    assert await named(system, name) == []


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '[{"headers": ' + "[" * 100_000, json.dumps([{"headers": "[" * 9_999}])]
)
async def test_a_deeply_nested_file_is_refused(system: System, body: str) -> None:
    status, problem = await system.api(
        "POST",
        "/connectors/import",
        data=body.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert status in {200, 422}, problem
    if status == 200:
        assert [row["result"] for row in problem["rows"]] == ["wrong"]
