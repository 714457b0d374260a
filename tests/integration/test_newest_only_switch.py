"""A new connector of a back office with records sends the newest only. Stored connectors and
changes that leave the switch out keep their value.
"""

from __future__ import annotations

from typing import Any

import pytest

from common.database import open_database
from tests.support.api_user import ApiUser, a_user
from tests.support.builders import as_body, as_entered
from tests.support.system import System


@pytest.fixture
async def admin(system: System) -> ApiUser:
    return await a_user(system, "admin")


async def created(server: System, app: str, **fields: Any) -> dict[str, Any]:
    """Create a connector through the API."""
    given: dict[str, Any] = {"name": app, "source_app": app, "system": "Webhook"} | fields
    status, connector = await server.api("POST", "/connectors", json=given)
    assert status == 201, connector
    return dict(connector)


@pytest.mark.parametrize(
    ("system_name", "expected"),
    [("Business Central", True), ("NAV", True), ("CRM", True), ("Webhook", False), (None, False)],
)
async def test_a_new_connector_has_the_default_of_its_system(
    system: System, app: str, system_name: str | None, *, expected: bool
) -> None:
    connector = await created(system, app, system=system_name)

    assert connector["newest_only"] is expected
    assert (connector["recognises_delivery_id"], connector["missing_after_s"]) == (False, 600.0)


async def test_a_change_without_the_switch_keeps_it(
    system: System, admin: ApiUser, app: str
) -> None:
    connector = await created(system, app, newest_only=True)
    entered = as_entered(connector, system="Business Central")
    del entered["newest_only"]

    _, kept = await admin.ask("PUT", f"/connectors/{connector['connector_id']}", entered)
    _, off = await admin.ask(
        "PUT", f"/connectors/{connector['connector_id']}", as_entered(kept, newest_only=False)
    )
    entered["version"] = 3
    _, still_off = await admin.ask("PUT", f"/connectors/{connector['connector_id']}", entered)

    assert [one["newest_only"] for one in (kept, off, still_off)] == [True, False, False]
    _, page = await admin.ask("GET", f"/connectors/{connector['connector_id']}/versions")
    assert [one["changed"] for one in page["items"]] == [[], ["newest_only"], ["system"], []]


async def test_a_stored_connector_of_before_sends_every_version(
    system: System, admin: ApiUser, app: str
) -> None:
    connector = await created(system, app, system="NAV")
    own = {"_id": connector["connector_id"]}
    new = {"newest_only": "", "recognises_delivery_id": "", "missing_after_s": ""}
    database = open_database(system.mongodb_url, system.database)
    await database["connectors"].update_one(own, {"$unset": new})
    database.client.close()

    _, shown = await admin.ask("GET", f"/connectors/{connector['connector_id']}")
    entered = as_entered(shown, description="changed")
    del entered["newest_only"]
    status, after = await admin.ask("PUT", f"/connectors/{connector['connector_id']}", entered)

    assert (shown["newest_only"], shown["missing_after_s"]) == (False, 600.0)
    assert (status, after["newest_only"]) == (200, False)


async def test_an_import_without_the_switch_keeps_it_or_takes_the_default(
    system: System, admin: ApiUser, app: str
) -> None:
    await created(system, app, system="NAV", newest_only=False)
    rows = [
        {"name": app, "source_app": app, "type": "NAV"},
        {"name": f"{app} 2", "source_app": app, "type": "bc"},
        {"name": f"{app} 3", "source_app": app, "type": "bc", "newest only": "off"},
    ]

    _, imported = await system.api("POST", "/connectors/import", json=rows)

    assert [row["result"] for row in imported["rows"]] == ["change", "create", "create"]
    shown = [
        (await admin.ask("GET", f"/connectors/{row['connector_id']}"))[1]["newest_only"]
        for row in imported["rows"]
    ]
    assert shown == [False, True, False]


async def test_the_audit_shows_the_change_of_the_switches(
    system: System, admin: ApiUser, app: str
) -> None:
    connector = await created(system, app)
    target = connector["connector_id"]
    change = as_entered(
        connector, newest_only=True, recognises_delivery_id=True, missing_after_s=60
    )

    await admin.ask("PUT", f"/connectors/{target}", change)

    _, page = await system.api("GET", f"/audit?target={target}&limit=1")
    names = ("newest_only", "recognises_delivery_id", "missing_after_s")
    before, after = page["items"][0]["before"], page["items"][0]["after"]
    assert [before[name] for name in names] == [False, False, 600.0]
    assert [after[name] for name in names] == [True, True, 60.0]


async def test_a_business_central_connector_recognises_no_delivery_ids(
    system: System, app: str
) -> None:
    entered = {
        "name": app,
        "source_app": app,
        "system": "Business Central",
        "recognises_delivery_id": True,
    }

    status, problem = await system.api("POST", "/connectors", json=entered)
    _, imported = await system.api("POST", "/connectors/import", data=as_body(entered))

    assert (status, problem["errors"][0]["field"]) == (422, "recognises_delivery_id")
    assert imported["rows"][0]["errors"][0]["field"] == "recognises_delivery_id"
