"""Every alert fires on its cause, which the tests provoke in the simulator, the services and the
servers.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.monitoring.conftest import MonitoredSystem

DOCS = Path(__file__).parents[2]
OF_CONNECTORS = {
    "refuses": ("MbocFailureShare", {"severity": "warning"}),
    "sick": ("MbocLaneHeld", {"severity": "warning"}),
    "poor": ("MbocTokenNotRenewed", {"severity": "warning"}),
}
BY_RULES_ALONE = {
    "MbocNotApplied",
    "MbocPortalGuessing",
    "MbocPublishWaiting",
    "MbocUnexpectedErrors",
    "MbocUnknownOutcomes",
}
"""Alerts that deploy/monitoring/tests provokes, because here they would take too long."""
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
async def test_a_failing_connector_raises_its_alert(monitored: MonitoredSystem, name: str) -> None:
    alert, labels = OF_CONNECTORS[name]

    await monitored.prometheus.until_firing(
        alert, connector_id=monitored.trouble.connectors[name], **labels
    )

    well = monitored.trouble.connectors["well"]
    assert await monitored.prometheus.firing(alert, connector_id=well) is None


@pytest.mark.parametrize("severity", ["warning", "critical"])
async def test_a_change_that_waits_on_a_held_lane_raises_the_alert_on_the_oldest(
    monitored: MonitoredSystem, severity: str
) -> None:
    sick = {"connector_id": monitored.trouble.connectors["sick"]}
    await monitored.prometheus.until_firing("MbocLaneHeld", **sick)
    await monitored.trouble.delay("sick")

    found = await monitored.prometheus.until_firing(
        "MbocOldestUndelivered", severity=severity, **sick
    )

    assert float(found["value"]) > 7200


@pytest.mark.parametrize(("alert", "labels"), TROUBLED, ids=str)
async def test_each_fault_raises_its_alert(
    monitored: MonitoredSystem, alert: str, labels: dict[str, str]
) -> None:
    assert await monitored.prometheus.until_firing(alert, **labels)


async def test_a_missing_dispatcher_raises_its_alert(monitored: MonitoredSystem) -> None:
    await monitored.system.stop("dispatcher")
    monitored.update_targets()

    try:
        assert await monitored.prometheus.until_firing(
            "MbocServiceAway", job="dispatcher", severity="critical"
        )
        assert await monitored.prometheus.until_firing(
            "MbocNothingConsumed", queue="dispatcher.transactions", severity="critical"
        )
    finally:
        await monitored.restart("dispatcher")


async def test_services_without_their_mongodb_raise_the_alert(monitored: MonitoredSystem) -> None:
    await monitored.mongodb.stop()

    try:
        assert await monitored.prometheus.until_firing(
            "MbocMongoDbAway", job="dispatcher", severity="critical"
        )
        assert await monitored.prometheus.until_firing(
            "MbocMongoDbAway", job="portal-api", severity="critical"
        )
        assert await monitored.prometheus.until_firing("MbocCronMissed", severity="warning")
    finally:
        await monitored.mongodb.start()
        for name in ("dispatcher", "portal-api", "retry"):
            await monitored.system.until_ready(name)


async def test_a_missing_portal_api_raises_its_alert(monitored: MonitoredSystem) -> None:
    await monitored.system.stop("portal-api")
    monitored.update_targets()

    try:
        assert await monitored.prometheus.until_firing(
            "MbocNothingConsumed", queue="portal-api.statuses", severity="warning"
        )
    finally:
        await monitored.restart("portal-api")


async def test_every_alert_is_provoked_here_and_has_a_severity_and_a_runbook(
    monitored: MonitoredSystem,
) -> None:
    alerts = [rule for rule in await monitored.prometheus.rules() if rule["type"] == "alerting"]
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
