"""Every alert fires on its cause, which the tests provoke in the simulator, the services and the
servers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitoring.conftest import Watched

DOCS = Path(__file__).parents[2]
OF_CONNECTORS = {
    "refuses": ("MbocFailureShare", {"severity": "warning"}),
    "sick": ("MbocLaneHeld", {"severity": "warning"}),
    "poor": ("MbocTokenNotRenewed", {"severity": "warning"}),
}
BY_RULES_ALONE = {"MbocPublishWaiting"}
"""Alerts that deploy/monitoring/tests provokes, because here they would take half a minute."""
TROUBLED = (
    ("MbocDeadLetters", {"severity": "warning"}),
    ("MbocCertificateEnding", {"severity": "warning", "host": "127.0.0.1"}),
    ("MbocIngestRefusing", {"severity": "critical"}),
    ("MbocIngestRefusing", {"severity": "warning", "reason": "unauthorised"}),
    ("MbocReplicaNotReady", {"severity": "warning", "instance": "ingest-lonely"}),
    ("MbocReplicaFlapping", {"severity": "warning", "instance": "ingest-lonely"}),
    ("MbocRabbitMqAlarm", {"severity": "critical", "resource": "memory"}),
)


@pytest.mark.parametrize("name", OF_CONNECTORS)
async def test_a_failing_connector_raises_its_alert(watched: Watched, name: str) -> None:
    alert, labels = OF_CONNECTORS[name]

    await watched.prometheus.until_firing(
        alert, connector_id=watched.trouble.connectors[name], **labels
    )

    well = watched.trouble.connectors["well"]
    assert await watched.prometheus.firing(alert, connector_id=well) is None


@pytest.mark.parametrize("severity", ["warning", "critical"])
async def test_a_change_that_waits_on_a_held_lane_raises_the_alert_on_the_oldest(
    watched: Watched, severity: str
) -> None:
    sick = {"connector_id": watched.trouble.connectors["sick"]}
    await watched.prometheus.until_firing("MbocLaneHeld", **sick)
    await watched.trouble.delay("sick")

    found = await watched.prometheus.until_firing(
        "MbocOldestUndelivered", severity=severity, **sick
    )

    assert float(found["value"]) > 7200


@pytest.mark.parametrize(("alert", "labels"), TROUBLED, ids=str)
async def test_each_fault_raises_its_alert(
    watched: Watched, alert: str, labels: dict[str, str]
) -> None:
    assert await watched.prometheus.until_firing(alert, **labels)


async def test_a_missing_dispatcher_raises_its_alert(watched: Watched) -> None:
    await watched.system.stop("dispatcher")
    watched.look_again()

    try:
        assert await watched.prometheus.until_firing(
            "MbocServiceAway", job="dispatcher", severity="critical"
        )
        assert await watched.prometheus.until_firing(
            "MbocNothingConsumed", queue="dispatcher.transactions", severity="critical"
        )
    finally:
        await watched.restart("dispatcher")


async def test_services_without_their_mongodb_raise_the_alert(watched: Watched) -> None:
    await watched.mongodb.stop()

    try:
        assert await watched.prometheus.until_firing(
            "MbocMongoDbAway", job="dispatcher", severity="critical"
        )
        assert await watched.prometheus.until_firing(
            "MbocMongoDbAway", job="portal-api", severity="critical"
        )
        assert await watched.prometheus.until_firing("MbocCronMissed", severity="warning")
    finally:
        await watched.mongodb.start()
        for name in ("dispatcher", "portal-api", "retry"):
            await watched.system.until_ready(name)


async def test_a_missing_portal_api_raises_its_alert(watched: Watched) -> None:
    await watched.system.stop("portal-api")
    watched.look_again()

    try:
        assert await watched.prometheus.until_firing(
            "MbocNothingConsumed", queue="portal-api.statuses", severity="warning"
        )
    finally:
        await watched.restart("portal-api")


async def test_every_alert_is_provoked_here_and_has_a_severity_and_a_runbook(
    watched: Watched,
) -> None:
    alerts = [rule for rule in await watched.prometheus.rules() if rule["type"] == "alerting"]
    provoked = {
        "MbocNothingConsumed",
        "MbocOldestUndelivered",
        "MbocServiceAway",
        "MbocMongoDbAway",
        "MbocCronMissed",
    }
    provoked |= BY_RULES_ALONE | {alert for alert, _ in (*OF_CONNECTORS.values(), *TROUBLED)}

    assert {rule["name"] for rule in alerts} == provoked
    for rule in alerts:
        assert rule["labels"]["severity"] in {"warning", "critical"}, rule["name"]
        assert {"summary", "description"} < set(rule["annotations"]), rule["name"]
        assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{rule['name']}.md"
        assert (DOCS / rule["annotations"]["runbook_url"]).is_file(), rule["name"]
