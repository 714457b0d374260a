"""The form of one connector never loses unsaved entries silently."""

from __future__ import annotations

import pytest
from playwright.async_api import Dialog, expect

from tests.browser.conftest import OpenPortal
from tests.support.system import System
from tools.website.portal_page import PortalPage


@pytest.fixture
async def connector_id(system: System, app: str) -> str:
    return await system.connector(name=f"Form {app}", source_app=app, uri="https://example.com/a")


async def enters(at: PortalPage, connector_id: str) -> None:
    """Open the form, and change a text, a secret and a header."""
    await at.open(f"/connectors/{connector_id}")
    await at.page.get_by_label("Description").fill("entered")
    await at.page.get_by_label("Signing secret").fill("made-up entered one, long enough")
    await at.button("Add a header").click()
    await at.page.get_by_label("Header", exact=True).fill("X-Entered")
    await at.page.get_by_label("Value", exact=True).fill("entered too")


async def has_entries(at: PortalPage) -> None:
    await expect(at.page.get_by_label("Description")).to_have_value("entered")
    await expect(at.page.get_by_label("Signing secret")).to_have_value(
        "made-up entered one, long enough"
    )
    await expect(at.page.get_by_label("Header", exact=True)).to_have_value("X-Entered")
    await expect(at.page.get_by_label("Value", exact=True)).to_have_value("entered too")


async def test_disabling_a_connector_keeps_unsaved_entries(
    system: System, open_portal: OpenPortal, connector_id: str
) -> None:
    at = await open_portal()
    await enters(at, connector_id)

    await at.button("Disable").click()

    await at.sees("The connector was changed and is now version 2.")
    await has_entries(at)
    await expect(at.page.get_by_role("switch", name="Enabled")).not_to_be_checked()
    await at.button("Save").click()
    await at.sees("Saved as version 3")
    _, connector = await system.api("GET", f"/connectors/{connector_id}")
    assert (connector["description"], connector["enabled"]) == ("entered", False)
    assert connector["header_names"] == ["X-Entered"]
    assert await at.page.get_by_text("The connector was changed").count() == 0


async def test_a_change_by_another_administrator_comes_into_the_fields_that_were_not_edited(
    system: System, open_portal: OpenPortal, connector_id: str
) -> None:
    at = await open_portal()
    await enters(at, connector_id)
    _, known = await system.api("GET", f"/connectors/{connector_id}")
    same = {name: known[name] for name in ("source_app", "system", "api_type", "uri", "version")}
    status, _ = await system.api(
        "PUT", f"/connectors/{connector_id}", json=same | {"name": "Renamed by another"}
    )
    assert status == 200

    await at.button("Disable").click()

    await at.sees("The connector was changed and is now version 3.")
    await expect(at.page.locator('input[name="name"]')).to_have_value("Renamed by another")
    await has_entries(at)


@pytest.mark.parametrize("answer", ["stays", "leaves"])
async def test_leaving_with_unsaved_entries_asks(
    open_portal: OpenPortal, connector_id: str, answer: str
) -> None:
    at = await open_portal()
    asked: list[str] = []

    async def answered(dialog: Dialog) -> None:
        asked.append(dialog.message)
        await (dialog.accept() if answer == "leaves" else dialog.dismiss())

    at.page.on("dialog", answered)
    await enters(at, connector_id)

    async with at.page.expect_event("dialog"):
        await at.page.get_by_role("link", name="Status", exact=True).first.click()

    if answer == "leaves":
        await at.page.wait_for_url("**/status")
    else:
        await has_entries(at)
        assert at.page.url.endswith(connector_id)
    assert asked == ["Leave this page? Your unsaved changes will be lost."]


async def test_leaving_without_entries_or_after_saving_asks_nothing(
    open_portal: OpenPortal, connector_id: str
) -> None:
    at = await open_portal()
    asked: list[str] = []
    at.page.on("dialog", lambda dialog: asked.append(dialog.message))
    await at.open(f"/connectors/{connector_id}")
    await at.page.get_by_label("Description").fill("saved")
    await at.button("Save").click()
    await at.sees("Saved as version 2")

    await at.page.get_by_role("link", name="Status", exact=True).first.click()

    await at.page.wait_for_url("**/status")
    assert asked == []


async def secured(system: System, app: str) -> str:
    """Create a webhook whose secrets all go to its address, and return its id."""
    return await system.connector(
        name=f"Secured {app}",
        source_app=app,
        uri="https://example.com/a?sig=made-up-signature",
        authentication={"type": "Basic", "login": "DIME"},
        password="made-up password",
        headers={"X-Made-Up": "made-up-value"},
    )


async def test_another_address_asks_for_its_secrets_before_saving(
    system: System, app: str, open_portal: OpenPortal
) -> None:
    at = await open_portal()
    await at.open(f"/connectors/{await secured(system, app)}")
    uri, password = at.page.locator('input[name="uri"]'), at.page.get_by_label("Password")
    await expect(uri).to_have_value("https://example.com/a")
    assert "made-up-signature" not in await at.page.content()

    await uri.fill("HTTPS://Example.com:443/another/path")
    await expect(at.page.get_by_text("Enter these secrets again")).to_have_count(0)
    await uri.fill("https://other.example.com/a")

    notice = at.page.get_by_role("status").filter(has_text="Enter these secrets again")
    for name in ("Query of the URI", "Password", "Extra headers"):
        await expect(notice).to_contain_text(name)
    await expect(password).to_have_attribute("required", "")
    await expect(password).to_have_accessible_description(
        "Enter it again, because this changed: the address. Or remove it."
    )
    await at.page.get_by_label("Query of the URI").fill("sig=another")
    await password.fill("another password")
    await at.button("Remove all headers").click()
    await at.button("Save").click()
    await at.sees("Saved as version 2")
    await expect(uri).to_have_value("https://other.example.com/a")
    await expect(notice).to_have_count(0)


async def test_an_error_of_the_server_about_a_secret_is_shown_at_its_field(
    system: System, app: str, open_portal: OpenPortal
) -> None:
    at = await open_portal()
    await at.open(f"/connectors/{await secured(system, app)}")

    await at.page.locator('input[name="uri"]').fill("https://example.com/a?sig=1")
    await at.page.get_by_label("Query of the URI").fill("sig=2")
    await at.button("Save").click()

    await expect(at.page.get_by_label("Query of the URI")).to_have_accessible_description(
        "is entered twice: uri has a query as well"
    )


async def test_the_switches_of_certain_delivery_are_saved(
    system: System, open_portal: OpenPortal, connector_id: str
) -> None:
    at = await open_portal()
    await at.open(f"/connectors/{connector_id}")
    newest = at.page.get_by_role("switch", name="Newest version only")
    await expect(newest).not_to_be_checked()

    await newest.check()
    await at.page.get_by_role("switch", name="The receiver recognises webhook-id").check()
    await at.button("Save").click()

    await at.sees("Saved as version 2")
    _, connector = await system.api("GET", f"/connectors/{connector_id}")
    assert (connector["newest_only"], connector["recognises_delivery_id"]) == (True, True)
    versions = at.page.get_by_role("list", name="Versions").get_by_role("listitem")
    await (
        versions.filter(has_text="Version 2")
        .filter(has_text="Newest version only")
        .filter(has_text="The receiver recognises webhook-id")
        .wait_for()
    )


async def test_the_system_of_a_new_connector_chooses_what_certain_delivery_offers(
    open_portal: OpenPortal,
) -> None:
    at = await open_portal()
    await at.open("/connectors/new")
    newest = at.page.get_by_role("switch", name="Newest version only")
    await expect(newest).not_to_be_checked()

    await choose(at, "System", "NAV")
    await choose(at, "API type", "SOAP")
    await expect(newest).to_be_checked()
    await expect(at.page.get_by_label("Missing after (s)")).to_have_value("600")
    await choose(at, "Ask for the state of records", "SOAP Read")
    await expect(at.page.get_by_label("Status field")).to_have_attribute("placeholder", "Status")
    await expect(at.page.get_by_label("Address of the list page")).to_have_count(0)

    await choose(at, "System", "Webhook")
    await expect(newest).not_to_be_checked()
    await expect(at.page.get_by_label("Missing after (s)")).to_have_count(0)
    await at.sees("This system cannot be asked for the state of its records.")


async def choose(at: PortalPage, field: str, option: str) -> None:
    """Choose an option of a select input."""
    await at.page.get_by_role("combobox", name=field).click()
    await at.page.get_by_role("option", name=option, exact=True).click()


async def test_the_questions_for_states_are_entered_and_refused_at_their_field(
    system: System, app: str, open_portal: OpenPortal
) -> None:
    connector_id = await system.connector(
        name=f"States {app}",
        source_app=app,
        system="NAV",
        api_type="SOAP",
        uri="https://nav.cronus.example/Codeunit/DS",
    )
    at = await open_portal()
    await at.open(f"/connectors/{connector_id}")
    await choose(at, "Ask for the state of records", "OData list")

    address = at.page.get_by_label("Address of the list page")
    await address.fill("https://elsewhere.example/list")
    await at.page.get_by_label("Values for applied").fill("Ready\nBooked")
    await at.button("Save").click()
    await expect(address).to_have_accessible_description(
        "must have the scheme, host and port of the URI, because the credentials are sent to that "
        "server alone"
    )
    await address.fill("https://nav.cronus.example/list")
    await at.page.get_by_label("Values for refused").fill("ready")
    await at.button("Save").click()
    await expect(at.page.get_by_label("Values for refused")).to_have_accessible_description(
        "must not have a value of applied_values: ready"
    )
    await at.page.get_by_label("Values for refused").fill("Stopped")
    await at.button("Save").click()

    await at.sees("Saved as version 2")
    _, connector = await system.api("GET", f"/connectors/{connector_id}")
    applied = connector["applied"]
    assert (applied["preset"], applied["applied_values"]) == ("OData list", ["Ready", "Booked"])
    assert (applied["refused_values"], applied["reverted_values"]) == (["Stopped"], None)
