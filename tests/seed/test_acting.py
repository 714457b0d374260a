"""Seed, Error Tracking: the actions of an administrator on transactions that were not sent."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.builders import as_entered
from tests.support.operations import make_failed_deliveries, wait_for_state
from tests.support.system import System


@pytest.fixture(scope="module", autouse=True)
async def retry(system: System) -> AsyncIterator[None]:
    await system.start("retry", "retry-seed")
    yield
    await system.stop("retry-seed")


async def test_if_necessary_change_the_mboc_settings_before_resending_the_transaction(
    system: System, app: str
) -> None:
    [delivery_id] = await make_failed_deliveries(system, app, 1)
    _, details = await system.api("GET", f"/deliveries/{delivery_id}")
    settings = details["settings_now"]
    _, mended = await system.api(
        "PUT",
        f"/connectors/{settings['connector_id']}",
        json=as_entered(settings, uri=system.back_office(f"{app}-mended")),
    )
    await system.until_used(mended)

    _, operation = await system.api("POST", f"/deliveries/{delivery_id}/retry")
    await wait_for_state(system, operation)

    assert (await system.delivery(details["transaction_id"], "Success"))[
        "connector_version"
    ] == mended["version"]
    assert (await system.simulated("GET", f"{app}-mended"))["stored"] == 1


async def test_select_many_records_and_use_the_retry_all_button_to_resend_the_transactions(
    system: System, app: str
) -> None:
    ids = await make_failed_deliveries(system, app, 4)

    _, operation = await system.api(
        "POST", "/operations", json={"kind": "retry", "delivery_ids": ids[:3], "per_second": 100}
    )
    await wait_for_state(system, operation)

    assert sorted(d["status"] for d in await system.deliveries(source_app=app)) == [
        "Failed",
        "Success",
        "Success",
        "Success",
    ]


async def test_select_many_records_and_use_the_archive_all_button_to_archive_them(
    system: System, app: str
) -> None:
    ids = await make_failed_deliveries(system, app, 3)

    _, operation = await system.api(
        "POST", "/operations", json={"kind": "archive", "delivery_ids": ids[:2], "per_second": 100}
    )
    await wait_for_state(system, operation)

    assert [d["delivery_id"] for d in await system.deliveries(source_app=app, troubled=True)] == [
        ids[2]
    ]
    assert len(await system.deliveries(source_app=app, archived=True)) == 2
