"""The metrics of ingest. Only sources with a secret become labels."""

from __future__ import annotations

import functools

from prometheus_client import Counter, Histogram

ACCEPTED = Counter(
    "mboc_ingest_accepted_total",
    "Changes that were accepted, because RabbitMQ has confirmed them.",
    ["source", "action"],
)
REFUSED = Counter(
    "mboc_ingest_refused_total",
    "Requests that were refused. No change of them was accepted.",
    ["reason"],
)
CONFIRM_SECONDS = Histogram(
    "mboc_ingest_confirm_seconds",
    "Time until RabbitMQ confirms one message, which may hold many changes.",
)

accepted_counter = functools.cache(ACCEPTED.labels)
"""The counter of a source and an action, cached because a lookup costs more than a count."""
REASONS = {
    400: "unreadable",
    401: "unauthorised",
    413: "too large",
    415: "content type",
    422: "invalid field",
    429: "wrong secrets",
    503: "broker away",
}
"""The reason of each HTTP status that the webhook refuses with."""
REFUSALS = {status: REFUSED.labels(reason) for status, reason in REASONS.items()}
"""The counter of each of these statuses."""
