"""What ingest counts. A source is one of those that have a secret."""

from __future__ import annotations

import functools

from prometheus_client import Counter, Histogram

ACCEPTED = Counter(
    "mboc_ingest_accepted_total",
    "Changes accepted: the broker has confirmed them.",
    ["source", "action"],
)
REFUSED = Counter(
    "mboc_ingest_refused_total", "Requests refused: nothing of them was accepted.", ["reason"]
)
CONFIRM_SECONDS = Histogram(
    "mboc_ingest_confirm_seconds",
    "How long RabbitMQ took to confirm one message, which may hold many changes.",
)

accepted_of = functools.cache(ACCEPTED.labels)
"""Finds a label set's counter once: looking it up costs more than counting."""
REFUSALS = {
    status: REFUSED.labels(reason)
    for status, reason in {
        400: "unreadable",
        401: "unauthorised",
        408: "late body",
        413: "too large",
        415: "content type",
        422: "invalid field",
        503: "broker away",
    }.items()
}
"""The reason of each status that the webhook refuses with."""
