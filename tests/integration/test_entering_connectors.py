"""The API and the import reject values that cannot be correct."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import as_body
from tests.support.system import System

REFUSED: dict[str, dict[str, Any]] = {
    "headers": {"headers": {"X-Key": "a\r\nHost: x"}},
    "uri": {"uri": "https://me:made-up@hook.example/"},
    "authentication.login": {"authentication": {"type": "Basic", "login": "a:b"}},
    "authentication.token_url": {"authentication": {"token_url": "https://x/#y"}},
    "authentication.new": {"authentication": {"new": 1}},
    "limits.new": {"limits": {"new": 1}},
    "missing_after_s": {"missing_after_s": 86_401},
    "password": {"password": "made-up\nmore"},
}


@pytest.mark.parametrize("field", REFUSED)
async def test_a_text_that_http_cannot_carry_is_refused_by_its_field(
    system: System, app: str, field: str
) -> None:
    entered: dict[str, Any] = {"name": app, "source_app": app, "system": "Webhook"}
    entered |= REFUSED[field]

    status, problem = await system.api("POST", "/connectors", json=entered)
    _, imported = await system.api("POST", "/connectors/import", data=as_body(entered))

    assert (status, problem["errors"][0]["field"]) == (422, field)
    assert imported["rows"][0]["errors"][0]["field"] == field
    assert "made-up" not in str(problem) + str(imported)


async def test_values_are_stored_exactly_as_entered(system: System, app: str) -> None:
    uri = system.back_office(app) + "/a%2Fb%7E"
    entered: dict[str, Any] = {"type": "Basic", "login": " DIME "}

    connector_id = await system.connector(
        source_app=app, name=app, uri=f"{uri}?x=%2B+y", authentication=entered, password=" ä "
    )
    _, shown = await system.api("GET", f"/connectors/{connector_id}")

    assert (shown["uri"], shown["authentication"]["login"]) == (uri, " DIME ")
    assert shown["secrets"] == ["password", "uri_query"]
