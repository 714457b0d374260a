"""Seed, Appointments and Transactions: sort by any header, find with the filter icon, open with the
magnifier; and what a list of today does besides.
"""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from tests.browser.conftest import OpenPortal
from tests.support.api_user import a_user
from tests.support.builders import a_snapshot
from tests.support.system import System
from tools.website.portal_page import PortalPage


async def sent(system: System, app: str, *jobs: str, connected: bool = True) -> list[str]:
    """Deliver one appointment for each job, and return their subjects."""
    if connected:
        await system.hook(app)
    subjects, transactions = [f"{job} visit {number}" for number, job in enumerate(jobs)], []
    for subject, job in zip(subjects, jobs, strict=True):
        task = {"TaskNo": job, "Job": {"SourceApp": app, "JobNo": job}}
        transactions.append(
            await system.change("create", a_snapshot(source_app=app, Subject=subject, Task=task))
        )
    for transaction in transactions:
        await system.delivery(transaction, "Success" if connected else None)
    return subjects


async def subjects(at: PortalPage) -> list[str]:
    """Return the subjects in the order of the rows."""
    await at.page.locator("[data-row]").first.wait_for()
    return [
        re.search(r"\S+ visit \d", await row.inner_text()).group()  # type: ignore[union-attr]
        for row in await at.page.locator("[data-row]").all()
    ]


async def test_the_appointments_view_lists_their_properties_and_the_status_of_each_transaction(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [subject] = await sent(system, app, "J1")
    await system.connector(
        source_app=app, name=f"Idle {app}", uri=system.back_office(app), enabled=False
    )
    number = (await system.deliveries(source_app=app))[0]["appointment"]["appointment_id"]
    again = a_snapshot(
        number,
        modified="2026-07-21T15:00:00",
        source_app=app,
        Subject=subject,
        Task={"TaskNo": "J1", "Job": {"SourceApp": app, "JobNo": "J1"}},
    )
    await system.change("update", again)
    at = await open_portal("viewer")

    await at.open(f"/appointments?source_app={app}")

    await at.row(
        subject, str(number), "J1", app, "Update", "Success", "MBOC Publish Disabled"
    ).wait_for()
    assert await at.row().count() == 1


async def test_the_transactions_view_shows_a_flat_list_rather_than_a_table_grouped_per_appointment(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [subject] = await sent(system, app, "J1")
    number = (await system.deliveries(source_app=app))[0]["appointment"]["appointment_id"]
    await system.delivery(
        await system.change(
            "update",
            a_snapshot(number, modified="2026-07-21T15:00:00", source_app=app, Subject=subject),
        ),
        "Success",
    )
    at = await open_portal("viewer")

    await at.open(f"/transactions?source_app={app}")

    await at.row("Update").wait_for()
    await at.row("Create").wait_for()
    assert await at.row(subject).count() == 2


@pytest.mark.parametrize("view", ["appointments", "transactions"])
async def test_by_default_records_are_sorted_in_descending_order_by_date_of_the_last_transaction(
    system: System, open_portal: OpenPortal, app: str, view: str
) -> None:
    wanted = await sent(system, app, "J1", "J2", "J3")
    at = await open_portal("viewer")

    await at.open(f"/{view}?source_app={app}")

    assert await subjects(at) == wanted[::-1]


async def test_to_change_the_sort_order_click_any_column_header(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    wanted = await sent(system, app, "J2", "J1", "J3")
    at = await open_portal("viewer")
    await at.open(f"/transactions?source_app={app}")
    await subjects(at)

    await at.button("Job No.").click()
    await at.page.wait_for_url("**sort=job_no*")
    await at.row("J1").and_(at.page.locator("tbody tr:first-child")).wait_for()

    assert await subjects(at) == sorted(wanted)
    await click_every_header(
        at,
        "Status",
        "Received",
        "Appointment",
        "Subject",
        "Connector",
        "Reason",
        "Action",
        "Attempt",
        "Source",
    )


async def click_every_header(at: PortalPage, *headers: str) -> None:
    """Each of them sorts the rows."""
    for header in headers:
        await at.button(header).click()
        await at.page.locator("th[aria-sort]").get_by_text(header, exact=True).wait_for()
        await at.page.locator("[data-row]").first.wait_for()


async def test_to_change_the_sort_order_of_appointments_click_any_column_header(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1", "J2")
    at = await open_portal("viewer")
    await at.open(f"/appointments?source_app={app}")
    await subjects(at)

    await click_every_header(
        at,
        "Last transaction",
        "Appointment",
        "Subject",
        "Job No.",
        "Task No.",
        "Source App",
        "Action",
        "Last modified",
    )


async def test_to_find_all_transactions_for_a_job_click_the_filter_icon_and_again_to_clear_it(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, f"{app}-A", f"{app}-B", f"{app}-B")
    at = await open_portal("viewer")
    await at.open("/transactions")

    await at.button("Filter").click()
    await at.page.get_by_role("textbox", name="Job No.").fill(f"{app}-B")
    await at.page.wait_for_url(f"**job_no={app}-B*")
    await at.row(f"{app}-A").first.wait_for(state="detached")
    assert await at.row().count() == 2

    await at.button("Clear the filter").click()
    await at.page.wait_for_url("**/transactions")
    await at.row(f"{app}-A").first.wait_for()
    assert not await at.page.get_by_role("textbox", name="Job No.").is_visible()


async def test_times_in_filters_are_in_the_zone_of_the_profile_not_of_the_device(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1")
    who = await a_user(system)
    assert (await who.ask("PUT", "/session/preferences", {"time_zone": "America/New_York"}))[
        0
    ] < 300
    at = await open_portal(who, timezone_id="Asia/Tokyo")
    await at.open(f"/transactions?source_app={app}")
    await at.row("J1 ").wait_for()

    await at.page.get_by_label("Received from").focus()
    for keys in ("0707", "2026", "Tab", "08", "30", "A"):
        await (at.page.keyboard.press(keys) if keys.isalpha() else at.page.keyboard.type(keys))
    await at.page.wait_for_url("**received_from=2026-07-07T12%3A30*")
    await at.row("J1 ").wait_for()
    await at.page.get_by_label("Received from").fill("2126-12-01T08:30")

    await at.page.wait_for_url("**received_from=2126-12-01T13%3A30*")
    await at.sees("Nothing matches these criteria.")
    assert await at.page.get_by_label("Received from").input_value() == "2126-12-01T08:30"


async def test_click_the_magnify_button_in_the_first_column_to_open_the_details_section(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [subject] = await sent(system, app, "J1")
    at = await open_portal("viewer")
    await at.open(f"/appointments?source_app={app}")
    await at.row(subject).wait_for()

    await at.row(subject).locator("td").first.get_by_role("link", name="Open the details").click()

    await at.page.get_by_role("heading", name=subject, level=1).wait_for()
    for part in ("Change tracking", "Identification values"):
        await at.page.get_by_role("heading", name=part).wait_for()
    activity = at.page.get_by_role("tabpanel", name="Last activity")
    await activity.get_by_text("Success").wait_for()
    await at.page.get_by_role("tab", name="MBOC Settings").click()
    await (
        at.page.get_by_role("tabpanel", name="MBOC Settings")
        .get_by_text(system.back_office(app))
        .wait_for()
    )


async def test_a_link_restores_the_exact_view_and_pages_go_by_key(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    jobs = [f"J{number}" for number in range(30)]
    await sent(system, app, *jobs)
    at = await open_portal("viewer")
    await at.open(f"/transactions?source_app={app}&sort=received_at")
    await at.row("J0 ").wait_for()

    await at.button("Next").click()
    await at.row("J25 ").wait_for()
    shown, link = await subjects(at), at.page.url
    await at.open(link.removeprefix(at.home))
    await at.row("J25 ").wait_for()

    assert "after=" in link
    assert await subjects(at) == shown
    await at.button("First page").click()
    await at.row("J0 ").wait_for()


async def test_the_keyboard_goes_from_row_to_row_and_enter_opens(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    wanted = await sent(system, app, "J1", "J2")
    at = await open_portal("viewer")
    await at.open(f"/transactions?source_app={app}")
    await subjects(at)

    await at.row(wanted[1]).focus()
    await at.page.keyboard.press("ArrowDown")
    await at.page.keyboard.press("Enter")

    await at.page.get_by_role("heading", name=wanted[0], level=1).wait_for()


async def test_new_transactions_are_counted_and_do_not_move_the_rows(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1")
    at = await open_portal("viewer")
    await at.open(f"/transactions?source_app={app}")
    before = await subjects(at)
    await at.page.get_by_text("Live", exact=True).wait_for()

    [fresh] = await sent(system, app, "J2", connected=False)
    pill = at.page.get_by_role("button", name="1 new")
    await pill.wait_for()
    assert await subjects(at) == before

    await pill.click()
    await at.row(fresh).wait_for()
    await pill.wait_for(state="detached")


async def test_columns_are_chosen_and_stay_chosen_with_the_account(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1")
    at = await open_portal("operator")
    await at.open(f"/transactions?source_app={app}")

    async with at.page.expect_response(
        lambda answer: answer.url.endswith("/api/session/preferences") and answer.ok
    ):
        await at.button("Columns").click()
        await at.page.get_by_role("menuitemcheckbox", name="Source App").click()
    other = await open_portal("operator")
    await other.open(f"/transactions?source_app={app}")

    await other.page.get_by_role("columnheader", name="Source App").wait_for()


async def test_a_view_is_saved_and_opened_again(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1", "J2")
    at = await open_portal("operator")
    await at.open(f"/transactions?source_app={app}&sort=job_no")
    await subjects(at)

    await at.button("Saved views").click()
    await at.page.get_by_role("menuitem", name="Save this view").click()
    await at.page.get_by_role("textbox", name="Name of the view").fill(app)
    await at.button("Save").click()
    await at.sees("The view is saved.")
    await at.open("/transactions")
    await at.button("Saved views").click()
    await at.page.get_by_role("menuitem", name=app).click()

    await at.page.wait_for_url(f"**source_app={app}*sort=job_no*")
    await at.button("Saved views").click()
    await at.page.get_by_role("menuitem", name=app).press("Delete")
    await at.page.get_by_role("menuitem", name=app).wait_for(state="detached")


async def test_a_list_is_exported_with_its_criteria(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await sent(system, app, "J1")
    at = await open_portal("viewer")
    await at.open(f"/transactions?source_app={quote(app)}")

    await at.button("Export").click()
    async with at.page.expect_download() as download:
        await at.page.get_by_role("menuitem", name="CSV").click()

    content = (await (await download.value).path()).read_text()
    assert len(content.splitlines()) == 2
    assert "J1 visit 0" in content
