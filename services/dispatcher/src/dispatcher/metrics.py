"""What dispatcher counts. Connector ids are a closed set: the administrator's own connectors."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

CONNECTOR_VERSION = Gauge("mboc_dispatcher_connector_version", "Version of the connector that this replica works with.", ["connector_id"])
ROUTED = Counter("mboc_dispatcher_routed_total", "Deliveries requested by routing.", ["connector_id"])
ATTEMPTS = Counter("mboc_dispatcher_attempts_total", "Attempts that came to a status.", ["connector_id", "status"])
CALLS_ALLOWED = Gauge("mboc_dispatcher_calls_allowed", "Calls that may be under way at once: fewer while the back office throttles.", ["connector_id"])
CALLS_IN_FLIGHT = Gauge("mboc_dispatcher_calls_in_flight", "Calls to back offices under way.", ["connector_id"])
LANE_HELD = Gauge("mboc_dispatcher_lane_held", "1 while this replica holds the lane.", ["connector_id"])
CALL_SECONDS = Histogram("mboc_dispatcher_call_seconds", "Duration of one call to a back office.", ["connector_id"])
SENT_AFTER_SECONDS = Histogram(
    "mboc_dispatcher_accepted_to_called_seconds",
    "From accepted by ingest to the first call.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
