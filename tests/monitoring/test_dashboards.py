"""Every query of every dashboard answers on the running system."""

from __future__ import annotations

import json
import re

import pytest

from tests.monitoring.conftest import MonitoredSystem
from tests.support.prometheus import panel_queries
from tools.deploy.dashboards import MONITORING

LEGEND = re.compile(r"{{(\w+)}}")


@pytest.mark.parametrize(
    "name", sorted(file.stem for file in (MONITORING / "dashboards").glob("*.json"))
)
async def test_every_panel_of_the_dashboard_shows_data_with_the_labels_of_its_legend(
    monitored: MonitoredSystem, name: str
) -> None:
    dashboard = json.loads((MONITORING / "dashboards" / f"{name}.json").read_text())
    connector = monitored.trouble.connectors["refuses"]

    for title, target in panel_queries(dashboard, **{"$connector": connector}):
        found = await monitored.prometheus.until_data(target["expr"])
        assert set(LEGEND.findall(target["legendFormat"])) <= set(found[0]["metric"]), (
            title,
            found[0]["metric"],
        )


async def test_the_connectors_to_choose_from_are_there(monitored: MonitoredSystem) -> None:
    found = await monitored.prometheus.until_data(
        "count by (connector_id) (mboc_dispatcher_connector_version)"
    )

    assert set(monitored.trouble.connectors.values()) <= {
        one["metric"]["connector_id"] for one in found
    }
