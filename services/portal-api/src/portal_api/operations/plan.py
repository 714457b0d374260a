"""The estimated duration of an operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from common.contracts.connector import Connector


def estimate_seconds(
    per_second: float,
    by_connector: Iterable[Mapping[str, Any]],
    connectors: Mapping[str, Connector],
) -> float:
    """Return the estimated duration at the chosen pace, or at the lowest rate limit of a connector.

    It is a minimum, because the response times of back offices are not known here.
    """
    counts: dict[str, int] = {row["connector_id"]: row["count"] for row in by_connector}
    limits = {name: connectors[name].calls_per_second for name in counts if name in connectors}
    slowest = max((counts[name] / limit for name, limit in limits.items() if limit), default=0.0)
    return round(max(sum(counts.values()) / per_second, slowest), 1)
