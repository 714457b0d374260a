"""Prometheus' own tool has nothing to say against configuration and rules, and the
rules' own tests pass.
"""

from __future__ import annotations

from tests.support.dashboards import MONITORING
from tests.support.prometheus import promtool


async def test_rules_and_configuration_are_valid() -> None:
    code, said = await promtool("check", "config", MONITORING / "prometheus.yml")

    assert code == 0, said


async def test_the_rules_fire_when_they_should_and_not_otherwise() -> None:
    code, said = await promtool("test", "rules", *sorted((MONITORING / "tests").glob("*.yaml")))

    assert code == 0, said
