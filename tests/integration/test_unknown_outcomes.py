"""A call without an answer ends by itself, on real servers: one record, and no person needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.simulated_back_offices import SIMULATED
from tests.support.system import System, until

SOON = 3.0
RECOGNISING = {"webhook": {"recognises_delivery_id": True}}
CUTS: Mapping[str, dict[str, Any]] = {
    "stored before the cut": {"stored_first": True},
    "not stored": {},
    "stored late": {"stored_after_s": 1.5},
}


@pytest.fixture(autouse=True)
async def checks(system: System) -> AsyncIterator[None]:
    """Run retry without a schedule, so that nothing but the checks ends a delivery."""
    await system.start("retry", RETRY_LEASE_S="3", RETRY_CHECK_INTERVAL_S="0.5")
    yield
    await system.stop("retry")


async def a_connector(system: System, app: str, office: str, **fields: Any) -> None:
    reached = SIMULATED[office].connector(system.services["simulator"].url, app)
    await system.connector(source_app=app, missing_after_s=SOON, **reached, **fields)


async def ended(system: System, transaction: str) -> dict[str, Any]:
    """Return the delivery once it is a success."""
    return await system.delivery(transaction, "Success")


async def stored(system: System, app: str) -> int:
    return int((await system.simulated("GET", app))["stored"])


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("office", SIMULATED)
async def test_a_cut_call_ends_as_a_success_with_one_record(
    system: System, app: str, office: str, cut: str
) -> None:
    await a_connector(system, app, office, **RECOGNISING.get(office, {}))
    await system.simulated("PUT", app, "/faults", json={"reset": True, "times": 1} | CUTS[cut])

    transaction = await system.change("create", a_snapshot(1, source_app=app))

    delivery = await ended(system, transaction)
    records = (await system.simulated("GET", app, "/records"))["records"]
    identities = {record["webhook_id"] for record in records}
    count = len(identities) if office == "webhook" else len(records)
    assert count == 1
    assert not delivery["outcome_unknown"]


@pytest.mark.parametrize("office", ["Business Central SOAP", "Business Central API page", "NAV"])
async def test_the_status_says_that_the_record_was_found(
    system: System, app: str, office: str
) -> None:
    await a_connector(system, app, office)
    fault = {"reset": True, "times": 1, "stored_first": True}
    await system.simulated("PUT", app, "/faults", json=fault)

    transaction = await system.change("update", a_snapshot(1, source_app=app))

    delivery = await ended(system, transaction)
    assert "The back office has the record: found" in delivery["message"]
    assert delivery["attempt"] == 2
    assert await stored(system, app) == 1


async def test_a_webhook_without_the_switch_waits_for_a_person(system: System, app: str) -> None:
    await a_connector(system, app, "webhook")
    await system.simulated("PUT", app, "/faults", json={"reset": True, "times": 1})
    transaction = await system.change("create", a_snapshot(1, source_app=app))
    delivery = await system.delivery(transaction, "Failed")

    _, details = await system.api("GET", f"/deliveries/{delivery['delivery_id']}")

    assert details["outcome_unknown"]
    assert details["automatic_retry"]["at"] is None
    assert await stored(system, app) == 0


async def test_a_question_that_is_refused_is_asked_again(system: System, app: str) -> None:
    await a_connector(system, app, "NAV")
    fault = {"reset": True, "times": 1, "stored_first": True}
    await system.simulated("PUT", app, "/faults", json=fault)
    transaction = await system.change("create", a_snapshot(1, source_app=app))
    await system.delivery(transaction, "Failed")
    await system.simulated("PUT", app, "/faults", json={"status": 403, "at_reads": True})

    async def was_refused() -> dict[str, Any] | None:
        (found,) = await system.deliveries(transaction_id=transaction)
        has_ended = found["attempt"] == 2 and found["status"] == "Failed"
        return found if has_ended else None

    delivery = await until(was_refused, "the check to be refused", 30)
    _, details = await system.api("GET", f"/deliveries/{delivery['delivery_id']}")

    assert delivery["outcome_unknown"]
    assert details["automatic_retry"]["at"] is not None
    assert await stored(system, app) == 1
