"""Certain delivery in the browser: the sent content, the outcome, and the newer version of it."""

from __future__ import annotations

import pytest
from playwright.async_api import Request, expect

from tests.browser.conftest import OpenPortal
from tests.browser.test_accessibility import in_both_lights
from tests.support.builders import a_snapshot
from tests.support.operations import make_failed_deliveries
from tests.support.system import System
from tools.website.portal_page import PortalPage

CLIPBOARD = ["clipboard-read", "clipboard-write"]
SECRET = "made-up-lantern-secret"


async def two_versions(system: System, app: str) -> str:
    """Report two versions of an appointment. The second one is refused. Return its delivery."""
    await system.hook(app, authentication={"type": "Basic", "login": "DIME"}, password=SECRET)
    first = a_snapshot(source_app=app, Subject="Replace compressor", Category={"Name": "Service"})
    await system.delivery(await system.change("create", first), "Success")
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    second = first | {
        "LastModifiedDate": "2026-07-21T15:00:00",
        "Subject": "Replace the large compressor",
        "Resources": [{"Name": "Anna", "Number": 12345678901234567891}],
    }
    del second["Category"]
    failed = await system.delivery(await system.change("update", second), "Failed")
    return str(failed["delivery_id"])


async def copied(at: PortalPage, button: str) -> str:
    """Press a copy button, wait for its status message, and return the clipboard."""
    await at.button(button).first.click()
    await at.page.get_by_role("alert").filter(has_text="copied").wait_for()
    await at.page.get_by_role("button", name="Close").click()
    return str(await at.page.evaluate("navigator.clipboard.readText()"))


def payload_reads(at: PortalPage) -> list[str]:
    """Return a list that grows with each request of a payload."""
    reads: list[str] = []

    def note(request: Request) -> None:
        if "/payload" in request.url:
            reads.append(request.url.rpartition("/")[2])

    at.page.on("request", note)
    return reads


async def test_an_administrator_finds_out_what_was_sent_compares_and_copies_it(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    delivery_id = await two_versions(system, app)
    at = await open_portal("admin", permissions=CLIPBOARD)
    reads = payload_reads(at)
    await at.open(f"/errors/{delivery_id}")
    await at.page.get_by_role("heading", name="What was sent").wait_for()
    assert reads == []

    await at.button("Show what was sent").click()
    snapshot = at.page.get_by_role("region", name="Snapshot")
    await expect(snapshot).to_contain_text('"Subject": "Replace the large compressor"')
    await expect(snapshot).to_contain_text('"Number": 12345678901234567891')
    await at.page.get_by_label("Find", exact=True).fill("ANNA")
    await at.sees("1 of 1")
    assert '"Name": "Anna"' in await copied(at, "Copy as text")
    assert reads == ["payload"]

    await at.page.get_by_role("tab", name="Difference").click()
    rows = at.page.get_by_role("region", name="Difference").get_by_role("row")
    changed = rows.filter(has_text="Replace the large compressor")
    await changed.filter(has_text="Changed").filter(has_text='"Replace compressor"').wait_for()
    await rows.filter(has_text="Resources").filter(has_text="Added").wait_for()
    await rows.filter(has_text="Category").filter(has_text="Removed").wait_for()

    await at.page.get_by_role("tab", name="Request").click()
    call = at.page.get_by_role("region", name="Call 1", exact=True)
    await expect(call).to_contain_text(f"POST {system.back_office(app)}")
    await expect(call).to_contain_text("***")
    shown = await copied(at, "Copy as text")
    assert shown.startswith(f"POST {system.back_office(app)}\n")
    assert "Replace the large compressor" in shown
    curl = await copied(at, "Copy as curl")
    assert curl.startswith("curl ")
    assert SECRET not in shown + curl + await at.page.content()

    await at.page.get_by_role("tab", name="Answer").click()
    await at.sees("HTTP 400")


async def test_a_viewer_sees_no_content_and_sends_no_request_for_it(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    at = await open_portal("viewer")
    reads = payload_reads(at)

    await at.open(f"/errors/{delivery_id}?sent=snapshot")

    await at.page.get_by_role("heading", name="Attempts").wait_for()
    await at.page.get_by_role("heading", name="Appointment").wait_for()
    assert await at.page.get_by_text("What was sent").count() == 0
    assert reads == []


async def test_a_content_that_cannot_be_shown_is_explained(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.hook(app)
    sent = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )
    at = await open_portal("operator")

    await at.open(f"/transactions/{sent['delivery_id']}?sent=answer")
    await at.sees("No answer is stored for attempt 1.")
    await at.page.get_by_role("tab", name="Difference").click()

    await at.sees("This is the first version of the appointment that is stored")


@pytest.mark.parametrize("tab", ["snapshot", "difference", "request", "answer"])
async def test_axe_finds_nothing_in_the_content(
    system: System, open_portal: OpenPortal, app: str, tab: str
) -> None:
    delivery_id = await two_versions(system, app)
    at = await open_portal("operator")

    assert await in_both_lights(at, f"/errors/{delivery_id}?sent={tab}") == []


async def test_an_unknown_outcome_is_a_state_of_its_own_and_is_checked_now(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.hook(
        app, recognises_delivery_id=True, limits={"total_timeout_s": 1.0, "connect_timeout_s": 1.0}
    )
    await system.simulated("PUT", app, "/faults", json={"store_then_silence": True})
    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    at = await open_portal("operator")
    await at.open(f"/errors?source_app={app}&outcome_unknown=true")
    await at.row("Failed").filter(has_text="Outcome unknown").wait_for()
    await system.simulated("DELETE", app, "/faults")

    await at.open(f"/errors/{failed['delivery_id']}")
    await at.sees("No answer came, so the back office may have stored the appointment.")
    await at.button("Check now").click()

    await at.page.get_by_role("heading", name="Success").wait_for()
    assert await at.page.get_by_role("button", name="Check now").count() == 0


async def test_overtaken_failures_have_a_view_of_their_own_and_are_archived_there(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    failed = await two_versions(system, app)
    await system.simulated("DELETE", app, "/faults")
    [first] = await system.deliveries(source_app=app, status="Success")
    newer = a_snapshot(
        first["appointment"]["appointment_id"],
        source_app=app,
        LastModifiedDate="2026-07-21T16:00:00",
        Subject="Newest version",
    )
    await system.delivery(await system.change("update", newer), "Success")
    at = await open_portal("operator")
    await at.open(f"/errors?source_app={app}")
    await at.sees("Nothing matches these criteria.")

    await at.page.get_by_role("tab", name="Overtaken").click()
    await at.row("Overtaken").filter(has_text="Replace the large compressor").wait_for()
    await at.open(f"/errors/{failed}")
    await at.page.get_by_role("link", name="Open the newer transaction").click()
    await at.page.get_by_role("heading", name="Newest version", level=1).wait_for()
    await at.open(f"/errors?source_app={app}&overtaken=true")
    await at.button("Archive all overtaken").click()
    await at.page.get_by_role("button", name="Archive 1 transaction").click()

    await at.page.wait_for_url("**/operations/*")
    await at.sees("1 of 1")
    await at.open(f"/errors?source_app={app}&overtaken=true")
    await at.sees("Nothing matches these criteria.")
