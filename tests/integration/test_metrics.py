"""The metrics of the running system."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def told(system: System, service: str, name: str, **labels: str) -> float:
    """Return the value of this series, or 0 if there is none."""
    families = text_string_to_metric_families(await system.metrics(service))
    samples = (sample for family in families for sample in family.samples)
    return next(
        (sample.value for sample in samples if sample.name == name and sample.labels == labels), 0.0
    )


@pytest.mark.parametrize(
    ("reason", "body", "headers"),
    [
        ("unauthorised", b"{}", {"X-API-KEY": "wrong"}),
        ("content type", b"{}", {"Content-Type": "text/xml"}),
        ("unreadable", b"{", {}),
        ("invalid field", b'{"Id": 1}', {}),
    ],
)
async def test_a_refused_request_is_counted_by_its_reason(
    system: System, reason: str, body: bytes, headers: dict[str, str]
) -> None:
    before = await told(system, "ingest", "mboc_ingest_refused_total", reason=reason)

    await system.post("create", body, **headers)

    assert await told(system, "ingest", "mboc_ingest_refused_total", reason=reason) == before + 1


async def test_an_attempt_is_counted_by_connector_status_and_code(system: System, app: str) -> None:
    connector_id = await system.hook(app)
    await system.simulated("PUT", app, "/faults", json={"status": 400, "times": 1})

    failed = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Failed"
    )
    await system.delivery(await system.change("create", a_snapshot(source_app=app)), "Success")

    for status, code in (("Failed", failed["code"]), ("Success", "")):
        assert (
            await told(
                system,
                "dispatcher",
                "mboc_dispatcher_attempts_total",
                connector_id=connector_id,
                status=status,
                code=code,
            )
            == 1
        )
    assert (
        await told(system, "dispatcher", "mboc_dispatcher_routed_total", connector_id=connector_id)
        == 2
    )
    assert (
        await told(
            system, "dispatcher", "mboc_dispatcher_attempt_seconds_count", connector_id=connector_id
        )
        == 2
    )


async def test_a_connector_without_deliveries_has_its_limit_and_counters_at_zero(
    system: System, app: str
) -> None:
    connector_id = await system.hook(app, limits={"calls_in_flight": 3})

    async def is_worked() -> bool:
        allowed = await told(
            system, "dispatcher", "mboc_dispatcher_calls_allowed", connector_id=connector_id
        )
        return allowed == 3

    await until(is_worked, "the dispatcher to work the lane")
    assert (
        f'mboc_dispatcher_attempts_total{{code="",connector_id="{connector_id}",'
        'status="Failed"} 0.0'
    ) in await system.metrics("dispatcher")
    assert (
        f'mboc_oldest_undelivered_age_seconds{{connector_id="{connector_id}"}} 0.0'
        in await system.metrics("dispatcher")
    )


async def test_a_delivery_that_waits_for_a_slow_call_has_an_age(system: System, app: str) -> None:
    connector_id = await system.hook(app, limits={"calls_in_flight": 1})
    await system.simulated("PUT", app, "/faults", json={"delay_s": 1.2})
    transactions = [await system.change("create", a_snapshot(source_app=app)) for _ in range(5)]

    async def waits() -> bool:
        age = await told(
            system, "dispatcher", "mboc_oldest_undelivered_age_seconds", connector_id=connector_id
        )
        in_hand = await told(
            system, "dispatcher", "mboc_dispatcher_lane_in_hand", connector_id=connector_id
        )
        depth = await told(
            system, "dispatcher", "mboc_dispatcher_lane_depth", connector_id=connector_id
        )
        return age > 1 and in_hand == 2 and depth > 0

    await until(
        waits,
        "two deliveries in hand, the others in the queue, and the oldest waiting for a second",
    )
    await system.simulated("DELETE", app, "/faults")
    for transaction in transactions:
        await system.delivery(transaction, "Success")
    assert (
        await told(
            system, "dispatcher", "mboc_oldest_undelivered_age_seconds", connector_id=connector_id
        )
        == 0
    )
