"""Metrics of traces."""

from __future__ import annotations

from prometheus_client import Counter

SPANS_DROPPED = Counter(
    "mboc_spans_dropped_total",
    "Spans that were not exported, because the collector was unavailable or too many came at once.",
)
