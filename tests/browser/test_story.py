"""The whole story of a failure: find it, see its reason, correct the URI, retry, archive the
others, and read the audit.
"""

from __future__ import annotations

from tests.browser.conftest import OpenPortal
from tests.support.api_user import ApiUser
from tests.support.builders import a_snapshot
from tests.support.system import System
from tools.website.portal_page import PortalPage


async def refused(system: System, app: str, *jobs: str) -> None:
    """Create a transaction for each job, at a connector with a wrong URI."""
    await system.connector(
        source_app=app, name=f"Orders {app}", uri="http//hooks.cronus.example", system="Webhook"
    )
    tasks = [{"TaskNo": job, "Job": {"SourceApp": app, "JobNo": job}} for job in jobs]
    changes = [
        await system.change(
            "create", a_snapshot(source_app=app, Subject=f"{task['TaskNo']} visit", Task=task)
        )
        for task in tasks
    ]
    for change in changes:
        await system.delivery(change, "Invalid MBOC URI")


async def signed_in(at: PortalPage, who: ApiUser) -> None:
    await at.open("/login")
    await at.page.get_by_role("textbox", name="Name").fill(who.name)
    await at.page.get_by_role("textbox", name="Password").fill(who.password)
    await at.button("Sign in").click()
    await at.page.get_by_role("heading", name="Home", level=1).wait_for()


async def test_an_administrator_steps_in_when_an_error_occurs(
    system: System, open_portal: OpenPortal, accounts: dict[str, ApiUser], app: str
) -> None:
    await refused(system, app, f"{app}-A", f"{app}-B", f"{app}-B")
    at = await open_portal(None)
    await signed_in(at, accounts["admin"])

    await at.page.get_by_role("link", name="Transactions").first.click()
    await at.button("Filter").click()
    await at.page.get_by_role("textbox", name="Job No.").fill(f"{app}-A")
    await at.page.wait_for_url(f"**job_no={app}-A*")
    await at.row(f"{app}-B").first.wait_for(state="detached")
    await at.row(f"{app}-A visit").get_by_role("link", name="Open the details").click()
    await at.sees("The URI of the connector is empty or malformed.")

    await at.correct_the_uri(system.back_office(app))

    await at.open(f"/errors?source_app={app}")
    await at.row().nth(1).wait_for()
    await at.page.get_by_role("checkbox", name="Select all rows on this page").check()
    await at.button("Archive All").click()
    await at.page.get_by_role("button", name="Archive 2 transactions").click()
    await at.page.wait_for_url("**/operations/*")
    await at.sees("2 of 2")

    await at.open(f"/audit?who={accounts['admin'].name}")
    for done in ("Begin operation", "Retry delivery", "Change connector"):
        await at.row(done).first.wait_for()
    statuses = [d["status"] for d in await system.deliveries(source_app=app)]
    assert statuses == ["Success"]
    assert (await system.simulated("GET", app))["stored"] == 1


async def test_a_viewer_reads_the_story_and_cannot_step_in(
    system: System, open_portal: OpenPortal, accounts: dict[str, ApiUser], app: str
) -> None:
    await refused(system, app, f"{app}-A")
    at = await open_portal(None)
    await signed_in(at, accounts["viewer"])

    await at.open(f"/errors?source_app={app}")
    await at.row(f"{app}-A visit").get_by_role("link", name="Open the details").click()

    await at.sees("The URI of the connector is empty or malformed.")
    assert [await at.button(name).count() for name in ("Edit", "Retry", "Archive")] == [0, 0, 0]
    await at.open("/audit")
    await at.sees("This needs a higher role than yours.")
