from __future__ import annotations

from typing import Any, cast

import pytest

from local_stack import smoke as smoking
from local_stack.errors import RefusedError
from local_stack.seed import DEMO_CONNECTORS, REQUIRED_AUTHENTICATION, seed
from local_stack.smoke import smoke
from local_stack.system_client import SystemClient

HEALTHY = sum(not seeded.fault for seeded in DEMO_CONNECTORS)
CHANGE = {
    "transaction_id": "t1",
    "appointment_id": 7,
    "modified_at": "2026-07-21T06:00:00.000+00:00",
}


class System:
    """Portal API and simulator in memory."""

    def __init__(self) -> None:
        self.connectors: list[dict[str, Any]] = []
        self.told: dict[str, Any] = {}
        self.status = "Success"
        self.is_ingest_away = False

    async def api(self, method: str, path: str, **options: Any) -> Any:
        if path == "/deliveries":
            return {
                "items": [{"status": self.status}]
                if options["params"]["transaction_id"] == "t1"
                else []
            }
        if method == "POST":
            self.connectors.append(
                options["json"]
                | {"connector_id": f"c{len(self.connectors)}", "version": 1, "secrets": []}
            )
        if method == "PUT":
            kept = [
                connector
                for connector in self.connectors
                if connector["connector_id"] != path.rpartition("/")[2]
            ]
            self.connectors = [*kept, options["json"] | {"connector_id": path.rpartition("/")[2]}]
        return {"items": self.connectors}

    async def simulator(self, method: str, path: str, **options: Any) -> Any:
        if method == "PUT":
            self.told[path] = options["json"]
        if path == "/planners/one" and self.is_ingest_away:
            raise RefusedError("simulator answered POST /planners/one with 503")
        return {"records": [CHANGE]} if path.endswith("/records") else CHANGE

    async def is_ready(self, _: str) -> bool:
        return True

    @property
    def client(self) -> SystemClient:
        return cast("SystemClient", self)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoking, "CHECK_TIMEOUT_S", 0.2)


async def test_a_connector_of_each_system_is_seeded_and_one_back_office_fails_now_and_then() -> (
    None
):
    system = System()

    await seed(system.client, "http://simulator")

    assert [connector["system"] for connector in system.connectors] == [
        "Business Central",
        "Business Central",
        "NAV",
        "CRM",
        "Webhook",
    ]
    assert [path for path in system.told if path.endswith("/faults")] == [
        "/back-offices/shaky/faults"
    ]


async def test_the_connector_has_the_credentials_that_its_back_office_requires() -> None:
    system = System()

    await seed(system.client, "http://simulator")

    nav = next(connector for connector in system.connectors if connector["system"] == "NAV")
    required = REQUIRED_AUTHENTICATION["nav"]
    assert nav["authentication"] == {"type": required["type"], "login": required["login"]}
    assert nav["password"] == required["password"]


async def test_seeding_does_not_change_the_authentication_of_a_back_office_in_use() -> None:
    system = System()

    await seed(system.client, "http://simulator")

    assert list(system.told) == ["/back-offices/shaky/faults"]


async def test_seeding_again_keeps_what_an_administrator_changed() -> None:
    system = System()
    await seed(system.client, "http://simulator")
    system.connectors[0]["description"] = "mended"

    await seed(system.client, "http://simulator")

    assert len(system.connectors) == len(DEMO_CONNECTORS)
    assert system.connectors[0]["description"] == "mended"


async def test_a_simulator_at_a_new_address_is_found_again() -> None:
    system = System()
    await seed(system.client, "http://old")

    await seed(system.client, "http://new")

    assert all(connector["uri"].startswith("http://new/") for connector in system.connectors)
    assert all(connector["version"] == 1 for connector in system.connectors)


async def test_a_change_that_arrives_passes_every_check() -> None:
    said: list[str] = []

    has_passed = await smoke(System().client, ["ingest", "dispatcher"], said.append)

    assert (has_passed, said[-1]) == (True, f"{2 + 3 * HEALTHY} passed, 0 failed")


@pytest.mark.usefixtures("impatient")
async def test_a_change_that_fails_is_said() -> None:
    system, said = System(), list[str]()
    system.status = "Failed"

    has_passed = await smoke(system.client, ["ingest"], said.append)

    assert (has_passed, said[-2:]) == (
        False,
        [
            "FAILED  the portal shows Success: not done within 0.2 s",
            f"{1 + 2 * HEALTHY} passed, {HEALTHY} failed",
        ],
    )


async def test_a_change_that_ingest_refuses_ends_the_checks() -> None:
    system, said = System(), list[str]()
    system.is_ingest_away = True

    has_passed = await smoke(system.client, [], said.append)

    assert (has_passed, said[-1]) == (False, f"0 passed, {HEALTHY} failed")
