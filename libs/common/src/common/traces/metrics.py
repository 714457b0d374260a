"""Metrics of traces."""

from __future__ import annotations

from prometheus_client import Counter

SPANS_DROPPED = Counter(
    "mboc_spans_dropped_total",
    "Spans that the collector of traces did not get, because it was away or too many came at once.",
)
