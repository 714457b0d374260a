"""Connectors change while the system runs, and a fault of one connector affects no other."""

from __future__ import annotations

import time

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def test_all_connectors_of_a_source_app_get_the_change(system: System, app: str) -> None:
    await system.hook(app)
    await system.connector(source_app=app, uri=system.back_office(f"{app}-mail"))

    transaction = await system.change("create", a_snapshot(source_app=app))

    async def both() -> bool:
        return [d["status"] for d in await system.deliveries(transaction_id=transaction)] == [
            "Success",
            "Success",
        ]

    await until(both, "both connectors to get it")


async def test_disabling_and_enabling_take_effect_without_a_restart(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app)
    seen = []
    for number, step in enumerate(("", "disable", "enable"), 1):
        if step:
            await system.switch(connector_id, step)
        seen.append(
            (
                await system.delivery(
                    await system.change("create", a_snapshot(number, source_app=app))
                )
            )["status"]
        )

    assert seen == ["Success", "MBOC Publish Disabled", "Success"]


async def test_a_signing_secret_signs_each_call_and_is_never_shown(
    system: System, app: str
) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    await system.simulated("PUT", app, "/secret", json={"secret": secret})
    connector_id = await system.hook(app, signing_secret=secret)

    delivery = await system.delivery(await system.change("create", a_snapshot(source_app=app)))

    assert delivery["status"] == "Success"
    _, connector = await system.api("GET", f"/connectors/{connector_id}")
    assert secret not in str(connector)
    assert connector["secrets"] == ["signing_secret"]


async def test_a_back_office_that_hangs_does_not_slow_another(system: System, app: str) -> None:
    await system.hook(app)
    hanging = f"{app}-hangs"
    await system.hook(hanging)
    await system.simulated("PUT", hanging, "/faults", json={"delay_s": 30})
    for number in range(1, 41):
        await system.change("create", a_snapshot(number, source_app=hanging))

    began = time.monotonic()
    for number in range(1, 21):
        await system.change("create", a_snapshot(number, source_app=app))

    async def all_there() -> bool:
        return bool((await system.simulated("GET", app))["stored"] == 20)

    await until(all_there, "the other connector's deliveries")
    assert time.monotonic() - began < 10
    await system.simulated("DELETE", hanging, "/faults")


async def test_calls_per_second_are_limited(system: System, app: str) -> None:
    await system.hook(app, limits={"calls_per_second": 10})

    for number in range(1, 22):
        await system.change("create", a_snapshot(number, source_app=app))

    began = time.monotonic()

    async def all_there() -> bool:
        return bool((await system.simulated("GET", app))["stored"] == 21)

    await until(all_there, "all of them")
    assert time.monotonic() - began > 0.5
