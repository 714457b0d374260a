from __future__ import annotations

import json

import pytest

from local_stack.credentials import Credentials
from local_stack.seed import DEMO_CONNECTORS
from local_stack.services import SOURCE, STOPPING, WANTED_PORTS, ServiceContext, environment
from simulator.authentication.requirements import read_requirement
from simulator.settings import Settings as SimulatorSettings

ADDRESSES = {name: f"http://127.0.0.1:{port}" for name, port in WANTED_PORTS.items()}
CREDENTIALS = Credentials(
    api_key="api-key",
    admin_password="admin-password",
    source_secret="source-secret",
    secret_keys="k:ring",
)
AROUND = ServiceContext(
    "amqp://rabbit", "mongodb://mongo", CREDENTIALS, ADDRESSES, rate=5, retry_cron="* * * * *"
)


def test_the_simulator_shows_the_secret_that_ingest_expects() -> None:
    ingest, simulator = environment("ingest", AROUND), environment("simulator", AROUND)

    assert json.loads(ingest["INGEST_SECRETS"]) == {SOURCE: simulator["SIMULATOR_SECRET"]}
    assert simulator["SIMULATOR_SOURCE"] == SOURCE
    assert simulator["SIMULATOR_INGEST_URL"] == ADDRESSES["ingest"]


def test_dispatcher_and_portal_share_the_key_ring() -> None:
    assert (
        environment("dispatcher", AROUND)["SECRET_KEYS"]
        == environment("portal-api", AROUND)["SECRET_KEYS"]
        == "k:ring"
    )


def test_every_service_listens_on_the_loopback_address_at_its_port() -> None:
    told = environment("portal-api", AROUND)

    assert (told["PORTAL_API_HOST"], told["PORTAL_API_PORT"]) == ("127.0.0.1", "8600")


def test_nobody_is_told_a_secret_that_is_not_theirs() -> None:
    others = json.dumps(
        [environment(name, AROUND) for name in WANTED_PORTS if name != "portal-api"]
    )

    assert "api-key" not in others
    assert "admin-password" not in others


def test_the_simulator_requires_the_connectors_authentication_from_its_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment("simulator", AROUND).items():
        monkeypatch.setenv(name, value)

    required = SimulatorSettings().authentication

    assert required == {
        demo.back_office: read_requirement(json.dumps(demo.requires).encode())
        for demo in DEMO_CONNECTORS
        if demo.requires
    }


def test_every_service_is_stopped() -> None:
    assert {name for together in STOPPING for name in together} == set(WANTED_PORTS)
