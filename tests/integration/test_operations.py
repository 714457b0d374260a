"""Seed, Error Tracking: "Retry All" and "Archive All" on real servers.

Operations are planned, paced and steered, and each delivery is sent once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.builders import a_snapshot, as_entered
from tests.support.event_stream import listening
from tests.support.operations import (
    begin_operation,
    make_failed_deliveries,
    nonzero_counts,
    read_items,
    read_operation,
    steer_operation,
    wait_for_state,
)
from tests.support.system import System, until


@pytest.fixture(scope="module", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry")
    yield
    await system.stop("retry")


async def received(system: System, app: str) -> int:
    """Return the number of records that the back office stored."""
    return int((await system.simulated("GET", app))["stored"])


async def test_a_plan_counts_by_connector_and_cause_and_estimates_the_duration(
    system: System, app: str
) -> None:
    ids = await make_failed_deliveries(system, app, 3)
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")

    status, by_filter = await system.api(
        "POST",
        "/operations/plan",
        json={"kind": "retry", "filter": {"source_app": app}, "per_second": 0.5},
    )
    _, by_ids = await system.api(
        "POST", "/operations/plan", json={"kind": "retry", "delivery_ids": [*ids, ids[0]]}
    )

    assert status == 200
    assert (by_filter["count"], by_filter["doable"], by_filter["seconds"]) == (4, 3, 8.0)
    assert [(row["connector_name"], row["count"]) for row in by_filter["by_connector"]] == [
        ("Hook", 4)
    ]
    assert [(row["code"], row["count"]) for row in by_filter["by_cause"]] == [
        ("DSWBHK020", 3),
        (None, 1),
    ]
    assert (by_ids["count"], by_ids["doable"]) == (3, 3)
    assert await received(system, app) == 1


async def test_a_connectors_own_limit_makes_a_plan_longer(system: System, app: str) -> None:
    await make_failed_deliveries(system, app, 4, limits={"calls_per_second": 2})

    _, plan = await system.api(
        "POST",
        "/operations/plan",
        json={"kind": "retry", "filter": {"source_app": app}, "per_second": 100},
    )

    assert plan["seconds"] == 2.0


async def test_one_delivery_is_retried_after_its_connector_was_corrected(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app, uri="")
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Invalid MBOC URI"
    )
    _, connector = await system.api("GET", f"/connectors/{connector_id}")
    _, mended = await system.api(
        "PUT",
        f"/connectors/{connector_id}",
        json=as_entered(connector, uri=system.back_office(app)),
    )
    await system.until_used(mended)

    status, operation = await system.api("POST", f"/deliveries/{delivery['delivery_id']}/retry")

    assert (status, operation["kind"], operation["counts"]["total"]) == (202, "retry", 1)
    assert nonzero_counts(await wait_for_state(system, operation)) == {"total": 1, "succeeded": 1}
    again = await system.delivery(delivery["transaction_id"], "Success")
    assert (again["attempt"], again["trigger"], await received(system, app)) == (2, "Website", 1)
    [item] = await read_items(system, operation)
    assert (item["delivery_id"], item["outcome"], item["status"], item["attempt"]) == (
        delivery["delivery_id"],
        "succeeded",
        "Success",
        2,
    )


async def test_a_delivery_that_the_back_office_refused_is_sent_again(
    system: System, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)

    for attempt in (2, 3):
        await system.simulated("PUT", app, "/faults", json={"status": 400})
        operation = (await system.api("POST", f"/deliveries/{delivery_id}/retry"))[1]
        assert nonzero_counts(await wait_for_state(system, operation)) == {"total": 1, "failed": 1}
        [item] = await read_items(system, operation)
        assert (item["status"], item["attempt"]) == ("Failed", attempt)
        assert item["message"].startswith("[DSWBHK020]")
    await system.simulated("DELETE", app, "/faults")
    operation = (await system.api("POST", f"/deliveries/{delivery_id}/retry"))[1]

    assert nonzero_counts(await wait_for_state(system, operation)) == {"total": 1, "succeeded": 1}
    assert (await system.simulated("GET", app))["received"] == 4


async def test_a_retry_of_an_older_version_is_skipped_once_a_newer_one_was_sent(
    system: System, app: str
) -> None:
    await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})
    older = await system.delivery(
        await system.change(
            "update", a_snapshot(71, source_app=app, modified="2026-07-21T14:00:00.000")
        ),
        "Failed",
    )
    newer = await system.change(
        "update", a_snapshot(71, source_app=app, modified="2026-07-21T15:00:00.000")
    )
    await system.delivery(newer, "Success")

    operation = await begin_operation(system, delivery_ids=[older["delivery_id"]])

    assert nonzero_counts(await wait_for_state(system, operation)) == {"total": 1, "skipped": 1}
    [item] = await read_items(system, operation)
    assert (item["status"], newer in item["message"]) == ("Skipped", True)
    assert await received(system, app) == 1


async def test_a_delivery_without_connector_is_routed_again(system: System, app: str) -> None:
    transaction = await system.change("create", a_snapshot(source_app=app))
    unrouted = await system.delivery(transaction, "MBOC Not Provided")

    in_vain = await wait_for_state(
        system, await begin_operation(system, delivery_ids=[unrouted["delivery_id"]])
    )
    await system.hook(app)
    operation = await wait_for_state(
        system,
        await begin_operation(system, filter={"source_app": app, "status": "MBOC Not Provided"}),
    )

    assert (nonzero_counts(in_vain), nonzero_counts(operation)) == (
        {"total": 1, "failed": 1},
        {"total": 1, "skipped": 1},
    )
    assert [item["message"] for item in await read_items(system, operation)] == [
        "The transaction was routed again, to 'Hook', as a delivery of its own."
    ]
    sent = await system.delivery(transaction, "Success")
    assert (
        sent["connector_name"],
        sent["attempt"],
        sent["trigger"],
        await received(system, app),
    ) == ("Hook", 1, "Website", 1)
    assert await system.deliveries(source_app=app, troubled=True) == []


async def test_archived_errors_leave_error_tracking_until_they_are_restored(
    system: System, app: str
) -> None:
    ids = await make_failed_deliveries(system, app, 3)

    archived = await wait_for_state(
        system,
        await begin_operation(system, "archive", filter={"source_app": app, "troubled": True}),
    )

    assert nonzero_counts(archived) == {"total": 3, "succeeded": 3}

    async def hidden() -> bool:
        return not await system.deliveries(source_app=app, troubled=True)

    await until(hidden, "them to leave Error Tracking")
    assert {d["phase"] for d in await system.deliveries(source_app=app, archived="true")} == {
        "archived"
    }
    restored = await wait_for_state(
        system, await begin_operation(system, "restore", filter={"source_app": app})
    )
    assert nonzero_counts(restored) == {"total": 3, "succeeded": 3}

    async def shown() -> bool:
        return sorted(
            d["delivery_id"] for d in await system.deliveries(source_app=app, troubled=True)
        ) == sorted(ids)

    await until(shown, "them to come back")


async def test_an_archive_reloads_open_lists(system: System, app: str) -> None:
    ids = await make_failed_deliveries(system, app, 1)
    async with listening(system, topics="delivery") as listener:
        await begin_operation(system, kind="archive", delivery_ids=ids)

        assert await listener.until("resync") == {"topics": ["delivery"]}


async def test_one_delivery_is_archived_and_restored_and_each_only_once(
    system: System, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    said = []
    for word in ("restore", "archive", "archive", "retry", "restore"):
        status, operation = await system.api("POST", f"/deliveries/{delivery_id}/{word}")
        assert status == 202
        await wait_for_state(system, operation)
        said.append((await read_items(system, operation))[0]["message"])

        async def is_as_asked(word: str = word) -> bool:
            _, details = await system.api("GET", f"/deliveries/{delivery_id}")
            is_archived: bool = details["archived"]
            return is_archived is (word in {"archive", "retry"})

        await until(is_as_asked, f"{word} to show")

    assert said == [
        "It is not archived.",
        None,
        "It is archived already.",
        "It is archived. Restore it first.",
        None,
    ]


async def test_two_administrators_who_retry_the_same_failures_at_once_send_each_once(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 40)
    await system.simulated("PUT", app, "/faults", json={"delay_s": 0.3})

    both = await asyncio.gather(
        *(
            begin_operation(system, filter={"source_app": app, "status": "Failed"}, per_second=1000)
            for _ in range(2)
        )
    )

    over = [await wait_for_state(system, operation) for operation in both]
    assert [o["counts"]["total"] for o in over if o["counts"]["total"]] in ([40, 40], [40])
    assert sum(o["counts"]["succeeded"] for o in over) >= 40
    assert await received(system, app) == 40
    assert {d["attempt"] for d in await system.deliveries(source_app=app)} == {2}
    said = {
        i["message"] for o in both for i in await read_items(system, o, limit="200") if i["message"]
    }
    assert all(
        "asked for this attempt first" in message
        or message.startswith("It is still being delivered")
        for message in said
    )


async def test_a_paused_operation_requests_nothing_until_it_is_resumed(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 20)
    operation = await begin_operation(system, filter={"source_app": app}, per_second=4)

    async def has_begun() -> bool:
        return await received(system, app) > 1

    await until(has_begun, "the first ones to be sent")
    answer = await steer_operation(system, operation, "pause")
    paused = await wait_for_state(system, operation, ["paused"])
    assert (answer["asked_to"] in {"pause", None}, paused["reason"], paused["asked_to"]) == (
        True,
        "Paused by PORTAL_API_KEY.",
        None,
    )

    async def nothing_under_way() -> bool:
        return "asked" not in nonzero_counts(await read_operation(system, operation))

    await until(nothing_under_way, "what was under way to end")
    sent = await received(system, app)
    await asyncio.sleep(1.2)
    assert await received(system, app) == sent < 20

    await steer_operation(system, operation, "resume")

    assert nonzero_counts(await wait_for_state(system, operation)) == {"total": 20, "succeeded": 20}
    assert await received(system, app) == 20


async def test_a_cancelled_operation_skips_waiting_deliveries_with_the_reason(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 20)
    operation = await begin_operation(system, filter={"source_app": app}, per_second=4)

    async def has_begun() -> bool:
        return await received(system, app) > 1

    await until(has_begun, "the first ones to be sent")
    await steer_operation(system, operation, "cancel")

    over = await wait_for_state(system, operation)
    assert (over["state"], over["reason"]) == ("cancelled", "Cancelled by PORTAL_API_KEY.")
    assert over["counts"]["succeeded"] + over["counts"]["skipped"] == 20
    assert await received(system, app) == over["counts"]["succeeded"] < 20
    skipped = await read_items(system, operation, outcome="skipped")
    assert len(skipped) == over["counts"]["skipped"]
    assert {item["message"] for item in skipped} == {
        "The operation was cancelled before it was this delivery's turn."
    }
    assert (await system.api("POST", f"/operations/{operation['operation_id']}/resume"))[0] == 409


async def test_an_operation_stops_when_too_many_fail_and_continues_when_it_is_resumed(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 60)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    operation = await begin_operation(
        system, filter={"source_app": app}, per_second=20, stop_at_failure_share=0.2
    )

    stopped = await wait_for_state(system, operation, ["stopped"])

    assert "failed, which is more than 20%" in stopped["reason"]
    assert stopped["counts"]["waiting"] > 0
    await system.simulated("DELETE", app, "/faults")
    await steer_operation(system, operation, "resume")
    over = await wait_for_state(system, operation)
    assert over["counts"]["failed"] >= 5
    assert (
        over["counts"]["succeeded"] == 60 - over["counts"]["failed"] == await received(system, app)
    )


async def test_a_ramp_waits_for_each_step_and_stops_after_a_failed_one(
    system: System, app: str
) -> None:
    await make_failed_deliveries(system, app, 30)
    await system.simulated("PUT", app, "/faults", json={"status": 400})

    bad = await wait_for_state(
        system,
        await begin_operation(
            system,
            filter={"source_app": app},
            per_second=1000,
            ramp=True,
            stop_at_failure_share=0.5,
        ),
        ["stopped"],
    )

    assert nonzero_counts(bad) == {"total": 30, "waiting": 29, "failed": 1}
    await steer_operation(system, bad, "cancel")
    await wait_for_state(system, bad)
    await system.simulated("PUT", app, "/faults", json={"delay_s": 0.5})
    good = await begin_operation(
        system, filter={"source_app": app}, per_second=1000, ramp=True, stop_at_failure_share=0.5
    )
    seen = set()

    async def is_over() -> bool:
        now = await read_operation(system, good)
        seen.add(now["counts"]["total"] - now["counts"]["waiting"])
        return bool(now["finished_at"])

    await until(is_over, "the ramp to end")
    assert seen <= {0, 1, 6, 30}
    assert {1, 6} & seen


async def test_a_plan_counts_the_deliveries_that_the_operation_will_take(
    system: System, app: str
) -> None:
    ids = await make_failed_deliveries(system, app, 3)
    connector_id = (await system.deliveries(source_app=app))[0]["connector_id"]
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")
    await system.switch(connector_id, "disable")
    await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "MBOC Publish Disabled"
    )
    await system.switch(connector_id, "enable")
    await wait_for_state(system, await begin_operation(system, "archive", delivery_ids=ids[:1]))
    await until(lambda: system.deliveries(source_app=app, archived="true"), "it to be archived")
    ids = [
        d["delivery_id"]
        for shown in ("false", "true")
        for d in await system.deliveries(source_app=app, archived=shown)
    ]

    for kind, doable in (("archive", 4), ("restore", 1), ("retry", 3)):
        _, plan = await system.api(
            "POST", "/operations/plan", json={"kind": kind, "delivery_ids": ids}
        )
        assert (plan["count"], plan["doable"]) == (5, doable)

    operation = await wait_for_state(system, await begin_operation(system, delivery_ids=ids))
    assert nonzero_counts(operation) == {"total": 5, "succeeded": 3, "skipped": 2}


async def test_a_delivery_that_cannot_be_retried_is_skipped_with_the_reason(
    system: System, app: str
) -> None:
    await system.hook(app)
    sent = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )
    await system.simulated("PUT", app, "/faults", json={"delay_s": 2})
    transaction = await system.change("create", a_snapshot(source_app=app))
    [under_way] = await until(
        lambda: system.deliveries(transaction_id=transaction), "it to be shown"
    )

    operation = await wait_for_state(
        system,
        await begin_operation(system, delivery_ids=[sent["delivery_id"], under_way["delivery_id"]]),
    )

    assert nonzero_counts(operation) == {"total": 2, "skipped": 2}
    assert [item["message"] for item in await read_items(system, operation)] == [
        "The back office has received it already.",
        "It is still being delivered. Wait until it has a status.",
    ]


async def test_operations_are_listed_and_their_items_paged(system: System, app: str) -> None:
    ids = await make_failed_deliveries(system, app, 8)
    operation = await wait_for_state(
        system, await begin_operation(system, delivery_ids=list(reversed(ids)))
    )

    _, page = await system.api(
        "GET", "/operations", params={"state": "done", "kind": "retry", "limit": "5"}
    )
    found = await read_items(system, operation)

    assert operation["operation_id"] in [o["operation_id"] for o in page["items"]]
    assert [item["delivery_id"] for item in found] == ids, (
        "the oldest first, in any order of their names"
    )
    assert len(await read_items(system, operation, outcome="succeeded")) == 8
    assert await read_items(system, operation, outcome="failed") == []


async def test_a_count_that_differs_from_the_plan_is_refused(system: System, app: str) -> None:
    ids = await make_failed_deliveries(system, app, 2)

    status, problem = await system.api(
        "POST",
        "/operations",
        json={"kind": "retry", "filter": {"source_app": app}, "expected_count": 3},
    )

    assert (status, problem["detail"]) == (
        409,
        "The operation would now process 2 deliveries, not 3: request a new plan",
    )
    assert await received(system, app) == 0
    assert nonzero_counts(
        await wait_for_state(
            system, await begin_operation(system, delivery_ids=ids, expected_count=2)
        )
    ) == {"total": 2, "succeeded": 2}


async def test_an_operation_without_deliveries_is_done_at_once(system: System, app: str) -> None:
    over = await wait_for_state(system, await begin_operation(system, filter={"source_app": app}))

    assert (over["state"], over["counts"]["total"]) == ("done", 0)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "explode"}, "kind"),
        ({"delivery_ids": []}, "delivery_ids"),
        ({"delivery_ids": ["none.such"]}, "delivery_ids"),
        ({"delivery_ids": ["x" * 121]}, "delivery_ids.0"),
        ({"delivery_ids": None}, "filter"),
        ({"filter": {}}, "filter"),
        ({"filter": {"colour": "red"}, "delivery_ids": None}, "filter.colour"),
        ({"filter": {"received_from": 5}, "delivery_ids": None}, "filter.received_from"),
        ({"per_second": 0}, "per_second"),
        ({"stop_at_failure_share": 1.5}, "stop_at_failure_share"),
        ({"expected_count": -1}, "expected_count"),
        ({"speed": 1}, "speed"),
    ],
    ids=str,
)
async def test_the_error_names_a_wrong_field(
    system: System, change: dict[str, Any], field: str
) -> None:
    status, problem = await system.api(
        "POST", "/operations", json={"kind": "retry", "delivery_ids": ["some.c1"]} | change
    )

    assert status == 422
    assert field in [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize("path", ["/operations/none", "/operations/none/items"])
async def test_an_unknown_operation_is_404(system: System, path: str) -> None:
    assert (await system.api("GET", path))[0] == 404
    assert (await system.api("POST", "/operations/none/pause"))[0] == 404
    assert (await system.api("POST", "/deliveries/none.such/retry"))[0] == 404
