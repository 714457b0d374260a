"""The automatic retry, on real servers: cron in a minute's steps (seed, Automatic retry)."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def test_each_failed_delivery_is_run_again_once_by_any_number_of_replicas(system: System, tmp_path: Path) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400})
    transactions = [await system.change("create", a_snapshot(n, source_app=app)) for n in range(1, 31)]
    for transaction in transactions:
        await system.delivery(transaction, "Failed")
    await system.simulated("DELETE", app, "/faults")
    before = (await system.simulated("GET", app))["received"]
    settings = tmp_path / "appsettings.json"
    settings.write_text('{"RetryJobCronExpression": "* * * * *"}')

    await system.start("retry", "retry-1", RETRY_APPSETTINGS=str(settings))
    await system.start("retry", "retry-2", RetryJobCronExpression="* * * * *")

    async def all_sent() -> bool:
        return len(await system.deliveries(connector_id=connector_id, status="Success")) == len(transactions)

    await until(all_sent, "the timer job to run them again", within_s=90)
    await system.stop("retry-1")
    await system.stop("retry-2")
    found = await system.deliveries(connector_id=connector_id)
    assert {(d["attempt"], d["trigger"]) for d in found} == {(2, "Timer job")}
    assert (await system.simulated("GET", app))["received"] == before + len(transactions)
