"""promtool accepts the configuration and the rules, and the rules' own tests pass."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.support.manifests import named
from tests.support.prometheus import promtool
from tools.deploy.dashboards import MONITORING


async def test_rules_and_configuration_are_valid() -> None:
    code, said = await promtool("check", "config", MONITORING / "prometheus.yml")

    assert code == 0, said


async def test_the_rules_fire_when_they_should_and_not_otherwise() -> None:
    code, said = await promtool("test", "rules", *sorted((MONITORING / "tests").glob("*.yaml")))

    assert code == 0, said


async def test_lanes_with_work_are_counted_for_scaling(tmp_path: Path) -> None:
    [trigger] = named("production-operators", "ScaledObject/dispatcher")["spec"]["triggers"]
    depths = {("deep", "a"): 40, ("parts", "a"): 4, ("parts", "b"): 4, ("few", "a"): 5}
    series = [
        {"series": f'{name}{{connector_id="{connector}", instance="{replica}"}}', "values": value}
        for name, values in (
            ("mboc_dispatcher_lane_depth", depths | {("held", "a"): 40}),
            ("mboc_dispatcher_lane_held", dict.fromkeys(depths, 0) | {("held", "a"): 1}),
        )
        for (connector, replica), value in values.items()
    ]
    busy = {"expr": trigger["metadata"]["query"], "exp_samples": [{"labels": "{}", "value": 2}]}
    idle = {"expr": busy["expr"], "exp_samples": [{"labels": "{}", "value": 0}]}
    tests = [
        {"input_series": series, "promql_expr_test": [busy]},
        {"input_series": [], "promql_expr_test": [idle]},
    ]
    file = tmp_path / "scaling.yaml"
    file.write_text(yaml.safe_dump({"tests": tests}))

    code, output = await promtool("test", "rules", file)

    assert code == 0, output
