"""What portal-api counts."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

STORED = Counter("mboc_portal_api_events_stored_total", "Events stored.", ["kind"])
for kind in ("transaction", "status", "lane", "dead letter"):
    STORED.labels(kind)  # begins at 0, so that the first one shows as an increase
STORED_AFTER_SECONDS = Histogram(
    "mboc_portal_api_stored_after_seconds",
    "From an attempt's end to its record.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
