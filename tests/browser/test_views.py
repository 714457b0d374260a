"""Seed, Views: logs, status and profile, and the further views of this system."""

from __future__ import annotations

import json
import re

from tests.browser.conftest import OpenPortal
from tests.support.api_user import a_name, a_user
from tests.support.builders import a_snapshot
from tests.support.system import System


async def test_the_status_screen_is_reachable_via_the_link_at_the_bottom_right_of_any_page(
    open_portal: OpenPortal,
) -> None:
    at = await open_portal("viewer")
    await at.open("/transactions")

    link = at.page.get_by_role("contentinfo").get_by_role("link", name="Status")
    box = await link.bounding_box()
    assert box is not None
    assert box["x"] > 1000
    assert box["y"] > 800
    await link.click()

    await at.page.get_by_role("heading", name="Status", level=1).wait_for()
    services = at.page.get_by_role("region", name="Services")
    await (
        services.get_by_role("row")
        .filter(has_text="dispatcher")
        .filter(has_text="Ready")
        .wait_for()
    )


async def test_the_status_screen_indicates_the_connection_and_whether_the_opt_in_timer_job_is_on(
    open_portal: OpenPortal,
) -> None:
    at = await open_portal("viewer")

    await at.open("/status")

    await (
        at.page.get_by_role("region", name="Services")
        .get_by_role("row")
        .filter(has_text="portal-api")
        .filter(has_text="Ready")
        .first.wait_for()
    )
    for server in ("RabbitMQ", "MongoDB"):
        await at.page.get_by_text(server, exact=True).first.wait_for()
    await at.sees("Off: no CRON expression is set (RetryJobCronExpression).")


async def test_the_logging_view_shows_every_message_and_stands_still_when_paused(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.hook(app)
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")
    at = await open_portal("viewer")
    await at.open("/logs")
    lines = at.page.get_by_role("list", name="Logs").get_by_role("listitem")
    await lines.filter(has_text="attempt").first.wait_for()

    await at.button("Pause").click()
    await at.sees("Paused:")
    before = await lines.first.inner_text()
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")
    await (
        at.page.get_by_text("Paused: 1 new message")
        .or_(at.page.get_by_text("new messages"))
        .first.wait_for()
    )
    assert await lines.first.inner_text() == before

    await at.page.get_by_role("combobox", name="Level").click()
    await at.page.get_by_role("option", name="critical or higher").click()
    await at.sees("No log messages found.")


async def test_home_shows_the_state_of_the_system_and_open_tasks(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.connector(source_app=app, name=f"Orders {app}", uri=None)
    await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Invalid MBOC URI"
    )
    at = await open_portal("viewer")
    await at.open("/")

    await at.page.get_by_role("img", name="Transactions over time, Last hour").wait_for()
    await at.page.get_by_role("link", name="Not successful").click()

    await at.page.get_by_role("heading", name="Error Tracking", level=1).wait_for()


async def test_users_change_their_password_and_create_a_key_in_the_profile(
    system: System, open_portal: OpenPortal
) -> None:
    known_user = await a_user(system, "operator", signed_in=False)
    at = await open_portal(None)
    await at.context.request.post(
        f"{at.home}/api/session", data={"name": known_user.name, "password": known_user.password}
    )
    await at.open("/profile")

    await at.page.get_by_label("Current password").fill(known_user.password)
    await at.page.get_by_label("New password", exact=False).first.fill("another made-up lantern 5")
    await at.page.get_by_label("Repeat the new password").fill("another made-up lantern 5")
    await at.button("Change the password").click()
    await at.sees("The password is changed.")
    await at.button("Create a key").click()
    dialog = at.page.get_by_role("dialog")
    await dialog.get_by_label("Purpose").fill("nightly export")
    await dialog.get_by_role("button", name="Create a key").click()

    await at.sees("Copy the key now. It is not shown again.")
    key = await at.page.locator("code").inner_text()
    async with system.http.get(f"{at.home}/api/deliveries", headers={"X-API-KEY": key}) as answer:
        assert answer.status == 200


async def test_a_meter_shows_the_strength_of_a_new_password(open_portal: OpenPortal) -> None:
    at = await open_portal("viewer")
    await at.open("/profile")
    new_password = at.page.get_by_label("New password", exact=False).first
    meter = at.page.get_by_role("meter", name="Strength")

    for entered, strength in (
        ("lantern 5", "Too short: at least 12 characters"),
        ("password1234", "Easy to guess"),
        ("another made-up lantern 5", "Very hard to guess"),
    ):
        await new_password.fill(entered)
        await at.sees(strength)
        assert await meter.get_attribute("aria-valuetext") == strength


async def test_times_are_in_the_administrators_zone_with_the_exact_instant_on_hover(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    transaction = await system.change("create", a_snapshot(source_app=app))
    delivery = await system.delivery(transaction)
    at = await open_portal("viewer", timezone_id="Asia/Tokyo")
    await at.open(f"/transactions?source_app={app}")

    moment = at.row().locator("time").first
    hour = (int(delivery["received_at"][11:13]) + 9) % 24
    assert f"{hour:02}:{delivery['received_at'][14:19]}" in await moment.inner_text()
    assert f"exactly {delivery['received_at']}" in str(await moment.get_attribute("title"))


async def test_an_administrator_creates_an_account_and_disables_it(open_portal: OpenPortal) -> None:
    name = a_name()
    at = await open_portal("admin")
    await at.open("/users")

    await at.button("Create an account").click()
    dialog = at.page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_label("Password").fill("short")
    await dialog.get_by_role("button", name="Create an account").click()
    await dialog.get_by_text("must have 12 to 128 characters").first.wait_for()
    await dialog.get_by_label("Password").fill("made-up walrus lantern 17")
    await dialog.get_by_role("button", name="Create an account").click()
    await dialog.wait_for(state="detached")
    await at.page.get_by_role("button", name=f"Edit {name}").click()
    await at.page.get_by_role("switch", name="Enabled").uncheck()
    await at.button("Save").click()

    await at.row(name).get_by_text("Disabled").wait_for()


async def test_a_connector_is_created_field_by_field_and_errors_stand_at_their_field(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    at = await open_portal("admin")
    await at.open("/connectors/new")

    await at.page.get_by_role("textbox", name="Name", exact=True).fill(f"Orders {app}")
    await at.page.get_by_role("textbox", name="Source App").fill(
        f"{app} which is far too long for a Source App"
    )
    await at.page.get_by_role("combobox", name="System").click()
    await at.page.get_by_role("option", name="Webhook").click()
    await at.page.get_by_role("textbox", name="URI").fill(system.back_office(app))
    await at.button("Create a connector").click()
    await at.sees("at most 30 characters")
    await at.page.get_by_role("textbox", name="Source App").fill(app)
    await at.button("Create a connector").click()

    await at.page.get_by_role("heading", name=f"Orders {app}", level=1).wait_for()
    await at.button("Test the connection").click()
    await at.sees("The connection test passed.")


async def test_partitions_and_missing_creates_are_entered_and_shown_as_a_difference(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app, name=f"Orders {app}", uri=system.back_office(app)
    )
    at = await open_portal("admin")
    await at.open(f"/connectors/{connector_id}")
    partitions = at.page.get_by_role("spinbutton", name="Partitions")

    await partitions.fill("9")
    await at.button("Save").click()
    await at.sees("must not be more than the calls in flight (8)")
    await partitions.fill("2")
    await at.page.get_by_role("switch", name="Send a missing create").click()
    await at.button("Save").click()

    versions = at.page.get_by_role("list", name="Versions").get_by_role("listitem")
    await (
        versions.filter(has_text="Version 2")
        .filter(has_text="Partitions")
        .filter(has_text="Send a missing create")
        .wait_for()
    )


async def test_connectors_are_imported_after_a_preview_of_each_row(
    open_portal: OpenPortal, app: str
) -> None:
    rows = [
        {
            "Name": f"Old {app}",
            "SourceApp": app,
            "Type": "Webhook",
            "WebServiceAddress": "https://hooks.cronus.example/",
        },
        {"Name": "", "SourceApp": app},
    ]
    at = await open_portal("admin")
    await at.open("/connectors/import")
    chosen = at.page.get_by_label("Choose a file").last

    await chosen.set_input_files(
        {"name": "old.json", "mimeType": "application/json", "buffer": json.dumps(rows).encode()}
    )
    await at.page.get_by_role("row").filter(has_text="invalid").wait_for()
    assert await at.page.get_by_role("button", name="Import 2 rows").count() == 0
    await chosen.set_input_files(
        {
            "name": "mended.json",
            "mimeType": "application/json",
            "buffer": json.dumps(rows[:1]).encode(),
        }
    )
    await at.button("Import 1 row").click()

    await at.page.get_by_role("link", name=f"Old {app}", exact=True).wait_for()


async def test_two_versions_of_a_connector_are_compared_field_by_field_without_secrets(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app,
        name=f"Orders {app}",
        uri="https://old.cronus.example/",
        password="made-up-lantern-secret",
    )
    at = await open_portal("admin")
    await at.open(f"/connectors/{connector_id}")
    await at.sees("Only one version so far.")

    await at.page.get_by_role("textbox", name="URI").fill("https://new.cronus.example/")
    await at.page.get_by_role("combobox", name=re.compile("^Type")).click()
    await at.page.get_by_role("option", name="Basic", exact=True).click()
    await at.page.get_by_role("textbox", name="Login").fill("DIME")
    await at.page.get_by_label("Password").fill("another-made-up-secret")
    await at.button("Save").click()

    versions = at.page.get_by_role("list", name="Versions").get_by_role("listitem")
    await (
        versions.filter(has_text="Version 2")
        .filter(has_text="URI, Type, Login, Password")
        .wait_for()
    )
    difference = at.page.get_by_role("region", name="Compare two versions")
    await difference.get_by_text(
        "https://old.cronus.example/ → https://new.cronus.example/"
    ).wait_for()
    await difference.get_by_text("replaced").wait_for()
    assert "made-up" not in await at.page.content()
    await at.button("Disable").click()
    await at.button("What changed in version 3").click()
    await difference.get_by_text("true → false").wait_for()
