"""Values of the metrics of a running service."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.support.system import System


async def series_value(system: System, service: str, name: str, **labels: str) -> float:
    """Return the value of this series, or 0 if there is none."""
    families = text_string_to_metric_families(await system.metrics(service))
    samples = (sample for family in families for sample in family.samples)
    return next(
        (sample.value for sample in samples if sample.name == name and sample.labels == labels), 0.0
    )
