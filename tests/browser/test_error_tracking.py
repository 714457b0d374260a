"""Seed, Error Tracking: see the reason, correct the MBOC settings, retry one or many, by role."""

from __future__ import annotations

import uuid
from urllib.parse import quote

import aio_pika

from common import topology
from common.contracts.dead_letter import DeadLetter
from common.contracts.delivery import STATUSES, Status
from tests.browser.conftest import OpenPortal
from tests.support.api_user import ApiUser
from tests.support.builders import A_MOMENT, a_delivery, a_snapshot, a_transaction, an_event
from tests.support.operations import make_failed_deliveries
from tests.support.system import System, until
from tools.website.portal_page import PortalPage


async def without_uri(system: System, app: str) -> str:
    """Create a transaction of a connector without a URI, and return its subject."""
    await system.connector(source_app=app, name=f"Orders {app}", uri=None)
    subject = f"Inspect {app}"
    await system.delivery(
        await system.change("create", a_snapshot(source_app=app, Subject=subject)),
        "Invalid MBOC URI",
    )
    return subject


async def test_error_tracking_is_sorted_and_filtered_as_the_history_list(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [failed] = await make_failed_deliveries(system, app, 1)
    await system.delivery(
        await system.change("create", a_snapshot(source_app=app, Subject="Arrived")), "Success"
    )
    disabled = await system.connector(
        source_app=app, name=f"Idle {app}", uri=system.back_office(app), enabled=False
    )
    await system.change("create", a_snapshot(source_app=app, Subject="Idle"))
    at = await open_portal("viewer")
    await at.open(f"/errors?source_app={app}")
    await at.row("MBOC Publish Disabled").wait_for()
    assert await at.row("Arrived", "Success").count() == 0
    assert await at.row().count() == 2

    await at.button("Status").click()
    await at.page.wait_for_url("**sort=status*")
    await at.row("Failed").and_(at.page.locator("tbody tr:first-child")).wait_for()
    await at.open(f"/errors?source_app={app}&connector_id={disabled}")
    await at.row("MBOC Publish Disabled").wait_for()
    assert await at.page.locator(f'[data-row="{failed}"]').count() == 0


async def test_when_a_transaction_fails_for_any_reason_it_appears_in_the_error_list_automatically(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    at = await open_portal("viewer")
    await at.open(f"/errors?source_app={app}")
    await at.sees("Nothing matches these criteria.")
    await at.page.get_by_text("Live", exact=True).wait_for()

    await without_uri(system, app)

    await at.page.get_by_role("button", name="1 new").click()
    await at.row(f"Inspect {app}").wait_for()


async def test_the_exceptions_stack_trace_is_recorded_in_the_details_view(
    system: System, open_portal: OpenPortal, rabbitmq_url: str
) -> None:
    request = a_delivery(transaction=a_transaction(f"bug-{uuid.uuid4().hex}"))
    trace = 'File "deliver.py", line 61, in _claimed\nKeyError'
    letter = DeadLetter(
        dead_letter_id="bug",
        queue="a lane",
        type=None,
        reason="A bug: KeyError",
        trace=trace,
        body=request.model_dump_json(),
        at=A_MOMENT,
    )
    async with await aio_pika.connect_robust(rabbitmq_url) as connection:
        exchange = await (await connection.channel()).get_exchange(topology.DEAD_LETTERS.name)
        await exchange.publish(
            aio_pika.Message(letter.model_dump_json().encode(), delivery_mode=2, type="DeadLetter"),
            "",
        )
    await system.delivery(request.transaction.transaction_id, "Failed")
    at = await open_portal("viewer")

    await at.open(f"/errors/{request.delivery_id}")

    await at.page.get_by_role("heading", name="Stack trace").wait_for()
    await at.page.get_by_text('File "deliver.py", line 61, in _claimed').wait_for()


async def test_the_stack_trace_of_an_unforeseen_error_opens_with_its_attempt(
    system: System, open_portal: OpenPortal, rabbitmq_url: str
) -> None:
    event = an_event(status=Status.FAILED).model_copy(
        update={
            "delivery_id": f"bug-{uuid.uuid4().hex}.c1",
            "message": "An error that was not foreseen: KeyError",
            "trace": 'File "mapping.py", line 12, in fields\nKeyError',
        }
    )
    async with await aio_pika.connect_robust(rabbitmq_url) as connection:
        exchange = await (await connection.channel()).get_exchange(topology.STATUSES.name)
        body = STATUSES.dump_json([event])
        await exchange.publish(aio_pika.Message(body, type="StatusChanged"), "")
    at = await open_portal("viewer")

    async def is_recorded() -> bool:
        return (await system.api("GET", f"/deliveries/{event.delivery_id}"))[0] == 200

    await until(is_recorded, "the attempt to be recorded")
    await at.open(f"/errors/{event.delivery_id}")
    trace = at.page.get_by_text('File "mapping.py", line 12, in fields')
    await at.page.get_by_text("An error that was not foreseen: KeyError").last.wait_for()
    assert not await trace.is_visible()
    await at.page.get_by_text("Stack trace").click()

    await trace.wait_for()


async def test_inspect_the_reason_change_the_mboc_settings_and_resend_the_transaction(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    subject = await without_uri(system, app)
    at = await open_portal("admin")
    await at.open(f"/errors?source_app={app}")
    await at.row(subject).get_by_role("link", name="Open the details").click()

    await at.page.get_by_role("heading", name=subject, level=1).wait_for()
    await at.sees("The URI of the connector is empty or malformed.")
    await at.sees("Enter the URI in the MBOC settings, test the connection, then retry.")

    await at.correct_the_uri(system.back_office(app))
    assert (await system.simulated("GET", app))["stored"] == 1


async def test_the_connection_test_names_the_failed_step_and_the_field_to_correct(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    subject = await without_uri(system, app)
    at = await open_portal("admin")
    await at.open(f"/errors?source_app={app}")
    await at.row(subject).get_by_role("link", name="Open the details").click()

    await at.button("Edit").click()
    await at.page.get_by_role("textbox", name="URI").fill("http://127.0.0.1:9/nothing-listens-here")
    await at.button("Save and test").click()

    await at.sees("The connection test failed.")
    await (
        at.page.get_by_role("listitem")
        .filter(has_text="Address")
        .filter(has_text="127.0.0.1")
        .wait_for()
    )


async def test_the_short_form_asks_for_the_secrets_that_another_address_needs(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    connector_id = await system.connector(
        source_app=app,
        uri=system.back_office(app),
        signing_secret="made-up signing secret",
        headers={"X-Made-Up": "made-up-value"},
    )
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    failed = await system.delivery(await system.change("create", a_snapshot(source_app=app)))
    at = await open_portal("admin")
    await at.open(f"/transactions/{failed['delivery_id']}")
    await at.button("Edit").click()
    assert await at.page.get_by_label("Signing secret").count() == 0

    await at.page.get_by_role("textbox", name="URI").fill(system.back_office(f"{app}-b"))
    assert await at.page.get_by_label("Signing secret").count() == 0
    await at.page.get_by_role("textbox", name="URI").fill("http://127.0.0.1:9/elsewhere")

    await at.page.get_by_label("Signing secret").fill("made-up other secret")
    await at.button("Remove all headers").click()
    await at.button("Save").click()
    await at.sees("Saved as version 2")
    _, after = await system.api("GET", f"/connectors/{connector_id}")
    assert after["secrets"] == ["signing_secret"]


async def select(at: PortalPage, app: str, count: int) -> None:
    await at.open(f"/errors?source_app={app}")
    await at.row().nth(count - 1).wait_for()
    for place in range(count):
        await at.row().nth(place).get_by_role("checkbox").check()
    await at.sees(f"{count} selected")


async def test_to_act_on_many_records_select_them_and_use_the_retry_all_button(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await make_failed_deliveries(system, app, 3)
    at = await open_portal("operator")
    await select(at, app, 2)

    await at.button("Retry All").click()
    plan = at.page.get_by_role("dialog", name="Retry All")
    await plan.get_by_text("2 transactions", exact=True).wait_for()
    await plan.get_by_text("By cause").wait_for()
    await plan.get_by_role("button", name="Retry 2 transactions").click()

    await at.page.wait_for_url("**/operations/*")
    await at.sees("2 of 2")
    await at.page.get_by_text("Done", exact=True).first.wait_for()
    assert sorted(d["status"] for d in await system.deliveries(source_app=app)) == [
        "Failed",
        "Success",
        "Success",
    ]


async def test_use_the_archive_all_button_and_see_it_in_the_audit(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await make_failed_deliveries(system, app, 2)
    at = await open_portal("admin")
    await select(at, app, 2)

    await at.button("Archive All").click()
    await at.page.get_by_role("button", name="Archive 2 transactions").click()
    await at.page.wait_for_url("**/operations/*")
    await at.sees("2 of 2")
    operation_id = at.page.url.rpartition("/")[2]

    await at.open(f"/errors?source_app={app}")
    await at.sees("Nothing matches these criteria.")
    await at.open(f"/audit?target={operation_id}")
    await at.row("Begin operation").first.wait_for()


async def test_failures_with_the_same_cause_are_counted_and_retried_together(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.connector(source_app=app, name=f"Orders {app}", uri=system.back_office(app))
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 3})
    for transaction in [
        await system.change("create", a_snapshot(source_app=app)) for _ in range(3)
    ]:
        await system.delivery(transaction, "Failed")
    at = await open_portal("operator")
    await at.open("/errors?view=groups")
    cause = at.page.get_by_role("listitem").filter(has_text=f"Orders {app}")
    await cause.get_by_text("3", exact=True).wait_for()

    await cause.get_by_role("button", name="Add a note").click()
    await at.page.get_by_role("textbox", name="Note").fill("The receiver is being mended.")
    await at.button("Save the note").click()
    await cause.get_by_text("The receiver is being mended.").wait_for()
    await cause.get_by_role("button", name="Retry these").click()
    await at.page.get_by_role("button", name="Retry 3 transactions").click()

    await at.page.wait_for_url("**/operations/*")
    await at.sees("3 of 3")


async def test_all_that_fit_the_filter_are_taken_not_only_those_on_the_page(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await make_failed_deliveries(system, app, 3)
    at = await open_portal("operator")
    await select(at, app, 1)

    await at.button("Select all that match the filter").click()
    await at.button("Archive All").click()

    await at.page.get_by_role("button", name="Archive 3 transactions").wait_for()


async def test_an_open_list_shows_a_row_turn_success(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    at = await open_portal("viewer")
    await at.open(f"/errors?source_app={app}")
    await at.row().get_by_text("Failed").wait_for()
    await at.page.get_by_text("Live", exact=True).wait_for()

    await system.api("POST", f"/deliveries/{delivery_id}/retry")

    await at.row().get_by_text("Success").wait_for()


async def test_a_viewer_looks_and_cannot_retry_archive_or_change_anything(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    at = await open_portal("viewer")

    await at.open(f"/errors?source_app={app}")
    await at.row().first.wait_for()
    assert await at.row().get_by_role("checkbox").count() == 0
    await at.open(f"/errors/{delivery_id}")
    await at.sees("You need the role Operator to retry or archive.")
    assert [await at.button(name).count() for name in ("Retry", "Archive", "Edit")] == [0, 0, 0]
    assert await at.page.get_by_role("link", name="Users").count() == 0


async def test_the_timeline_shows_versions_attempts_calls_and_actions_of_users(
    system: System, open_portal: OpenPortal, accounts: dict[str, ApiUser], app: str
) -> None:
    subject = await without_uri(system, app)
    at = await open_portal("admin")
    await at.open(f"/errors?source_app={app}")
    await at.row(subject).get_by_role("link", name="Open the details").click()
    await at.correct_the_uri(system.back_office(app))

    await at.page.get_by_role("link", name="Timeline").click()
    await at.page.get_by_role("tab", name="Timeline").click()
    line = at.page.get_by_role("list", name="Timeline").get_by_role("listitem")

    await line.filter(has_text="Create reported").wait_for()
    await line.filter(has_text="Invalid MBOC URI").filter(has_text="Nothing was sent.").wait_for()
    await (
        line.filter(has_text="changed to version 2")
        .filter(has_text=accounts["admin"].name)
        .filter(has_text="URI")
        .wait_for()
    )
    await line.filter(has_text="Retry requested").filter(has_text=accounts["admin"].name).wait_for()
    success = line.filter(has_text="Attempt 2, triggered by Website").filter(
        has_text=accounts["admin"].name
    )
    await success.get_by_text(f"→ POST {system.back_office(app)}").wait_for()
    await success.get_by_text("← HTTP 200").wait_for()
    await (
        line.filter(has_text="Test connector").get_by_role("link", name="Show in Audit").wait_for()
    )


async def test_a_viewer_sees_the_actions_of_users_on_the_timeline_and_nothing_of_the_audit(
    system: System, open_portal: OpenPortal, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    await system.api("POST", f"/deliveries/{delivery['delivery_id']}/archive")
    at = await open_portal("viewer")

    await at.open(f"/appointments/{quote(delivery['appointment']['key'], safe='')}?tab=timeline")

    line = at.page.get_by_role("list", name="Timeline").get_by_role("listitem")
    await line.filter(has_text="Archived").wait_for()
    await line.filter(has_text="← HTTP 400").wait_for()
    assert await at.page.get_by_role("link", name="Show in Audit").count() == 0
