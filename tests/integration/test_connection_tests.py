"""An administrator tests a connector before any planner depends on it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import a_snapshot
from tests.support.simulated_back_offices import SIMULATED, a_client, a_login
from tests.support.system import System


async def connector(system: System, app: str, office: str, **fields: Any) -> str:
    simulator = system.services["simulator"].url
    return await system.connector(
        **{"source_app": app, "name": app} | SIMULATED[office].connector(simulator, app) | fields
    )


async def steps(system: System, connector_id: str) -> tuple[list[tuple[str, bool]], str]:
    """Return the names of the steps, whether they passed, and the sentence of the last one."""
    status, tested = await system.api("POST", f"/connectors/{connector_id}/test")
    assert status == 200, tested
    assert tested["passed"] == all(step["passed"] for step in tested["steps"])
    return [(step["name"], step["passed"]) for step in tested["steps"]], tested["steps"][-1][
        "sentence"
    ]


ALL = [("address", True), ("TLS", True), ("authentication", True), ("endpoint", True)]


@pytest.mark.parametrize("office", SIMULATED)
async def test_a_working_connector_passes_every_step_and_sends_no_appointment(
    system: System, app: str, office: str
) -> None:
    connector_id = await connector(system, app, office)

    assert (await steps(system, connector_id))[0] == ALL
    assert (await system.simulated("GET", app))["stored"] == 0


@pytest.mark.parametrize("office", [office for office in SIMULATED if office != "webhook"])
async def test_a_wrong_password_fails_at_authentication(
    system: System, app: str, office: str
) -> None:
    demanded, said, secrets = a_login("Basic", password="wrong")
    await system.simulated("PUT", app, "/authentication", json=demanded)

    seen, sentence = await steps(
        system, await connector(system, app, office, authentication=said, **secrets)
    )

    assert seen == [*ALL[:2], ("authentication", False)]
    assert "check the authentication" in sentence or "credentials" in sentence


async def test_a_wrong_client_secret_fails_at_authentication(system: System, app: str) -> None:
    demanded, said, secrets = a_client(system.services["simulator"].url, app, client_secret="wrong")
    await system.simulated("PUT", app, "/authentication", json=demanded)

    seen, sentence = await steps(
        system, await connector(system, app, "CRM", authentication=said, **secrets)
    )

    assert seen == [*ALL[:2], ("authentication", False)]
    assert "client secret" in sentence


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://127.0.0.1:9/", "does not accept connections"),
        ("http://no-such-host.invalid/", "cannot be found"),
        ("http://169.254.169.254/", "may not be called"),
        ("", "empty URI"),
    ],
)
async def test_a_wrong_address_fails_at_the_first_step(
    system: System, app: str, uri: str, said: str
) -> None:
    seen, sentence = await steps(system, await connector(system, app, "webhook", uri=uri))

    assert seen == [("address", False)]
    assert said in sentence


async def test_a_port_without_tls_fails_at_the_second_step(system: System, app: str) -> None:
    https = system.back_office(app).replace("http://", "https://")

    seen, sentence = await steps(system, await connector(system, app, "webhook", uri=https))

    assert seen == [("address", True), ("TLS", False)]
    assert "does not speak TLS" in sentence


async def test_a_uri_of_another_service_fails_at_the_endpoint(system: System, app: str) -> None:
    seen, sentence = await steps(
        system,
        await connector(
            system, app, "NAV", uri=system.back_office(app) + "/WS/CRONUS/Page/Elsewhere"
        ),
    )

    assert seen == [*ALL[:3], ("endpoint", False)]
    assert "Appointment" in sentence


async def test_names_that_the_page_lacks_are_listed_and_can_be_taken_over_from_its_wsdl(
    system: System, app: str
) -> None:
    connector_id = await connector(
        system, app, "NAV", mapping={"fields": {"subject": "Title"}, "resources": {"name": "Crew"}}
    )
    seen, sentence = await steps(system, connector_id)
    assert seen[-1] == ("endpoint", False)
    assert "Title" in sentence

    status, taken = await system.api("POST", f"/connectors/{connector_id}/take-over-names")
    assert (status, taken["mapping"]["fields"]["subject"]) == (200, "Subject")
    await system.until_used(taken)

    assert (await steps(system, connector_id))[0] == ALL
    assert (await system.delivery(await system.change("create", a_snapshot(source_app=app))))[
        "status"
    ] == "Success"


async def test_names_cannot_be_taken_over_from_a_webhook(system: System, app: str) -> None:
    status, _ = await system.api(
        "POST", f"/connectors/{await connector(system, app, 'webhook')}/take-over-names"
    )

    assert status == 409


@pytest.mark.parametrize(("uri", "code"), [(None, 0), ("http://127.0.0.1:9/", 1)])
async def test_the_command_prints_the_same_steps(
    system: System, app: str, uri: str | None, code: int
) -> None:
    connector_id = await connector(system, app, "NAV", **({"uri": uri} if uri else {}))

    command = Path(sys.executable).with_name("mboc-dispatcher")
    process = await asyncio.create_subprocess_exec(
        command, "test", connector_id, env=system.environment(), stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()

    assert process.returncode == code
    assert [line.split()[:2] for line in printed.decode().splitlines()][-1] == (
        ["FAILED", "address"] if code else ["passed", "endpoint"]
    )
