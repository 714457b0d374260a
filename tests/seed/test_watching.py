"""Seed, Logs and Status: the log lines of the application, and the connection of the two sides."""

from __future__ import annotations

import uuid
from typing import Any

from tests.support.builders import a_snapshot
from tests.support.system import System, until


async def test_the_logging_view_shows_every_message_logged_by_the_back_office_application(
    system: System,
) -> None:
    app = f"app-{uuid.uuid4().hex[:8]}"
    await system.hook(app)
    delivery = await system.delivery(
        await system.change("create", a_snapshot(source_app=app)), "Success"
    )

    async def shown() -> list[dict[str, Any]]:
        _, page = await system.api("GET", "/logs", params={"delivery_id": delivery["delivery_id"]})
        return list(page["items"])

    [line] = await until(shown, "the attempt's line to be shown")
    assert (line["service"], line["event"], line["level"]) == ("dispatcher", "attempt", "info")


async def test_the_status_screen_indicates_the_state_of_the_connection_with_the_service(
    system: System,
) -> None:
    async def well() -> dict[str, Any] | None:
        _, status = await system.api("GET", "/status")
        found = {service["service"] for service in status["services"] if service["ready"]}
        return status if {"ingest", "dispatcher", "portal-api"} <= found else None

    status = await until(well, "every service to be heard of")

    assert status["state"] in {"well", "troubled"}
    assert status["sentence"]
    assert (status["rabbitmq"]["reachable"], status["mongodb"]["reachable"]) == (True, True)
