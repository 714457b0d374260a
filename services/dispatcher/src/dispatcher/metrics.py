"""The metrics of dispatcher.

Connector ids and hosts are a closed set, because they are the administrator's own connectors.
"""

from __future__ import annotations

import functools

from prometheus_client import Counter, Gauge, Histogram

OUTCOME_CHECKS = Counter(
    "mboc_dispatcher_outcome_checks_total",
    (
        "Questions to back offices for the record of an earlier attempt without an answer. A "
        "record that is not there is missing, or not there yet before the connector's waiting time."
    ),
    ["result"],
)
CONNECTOR_VERSION = Gauge(
    "mboc_dispatcher_connector_version",
    "Version of the connector that this replica uses.",
    ["connector_id"],
)
TRANSACTIONS = Counter(
    "mboc_dispatcher_transactions_total", "Transactions routed to any number of connectors."
)
ROUTED = Counter(
    "mboc_dispatcher_routed_total", "Deliveries requested by routing.", ["connector_id"]
)
UNROUTED_AGE = Gauge(
    "mboc_dispatcher_oldest_unrouted_age_seconds",
    (
        "Age of the oldest change that this replica is routing, since ingest accepted it. 0 means "
        "none. The largest of all replicas counts."
    ),
)
OLDEST_AGE = Gauge(
    "mboc_oldest_undelivered_age_seconds",
    (
        "Age of the lane's oldest delivery without a status, including deliveries that are held, "
        "throttled or tried again. 0 means none. A first attempt counts from when ingest accepted "
        "the change, and a later one from its request. The replica that works the lane reports it. "
        "The largest of all replicas counts."
    ),
    ["connector_id"],
)
LANE_DEPTH = Gauge(
    "mboc_dispatcher_lane_depth",
    (
        "Deliveries that wait in the lane's queue, queried from RabbitMQ every few seconds. The "
        "replica that works the lane reports it."
    ),
    ["connector_id"],
)
IN_HAND = Gauge(
    "mboc_dispatcher_lane_in_hand",
    "Deliveries that this replica has taken from the lane and not finished.",
    ["connector_id"],
)
LANE_HELD = Gauge(
    "mboc_dispatcher_lane_held",
    "1 while this replica holds the lane and deliveries wait in it.",
    ["connector_id"],
)
ATTEMPTS = Counter(
    "mboc_dispatcher_attempts_total",
    ("Attempts that ended with a status. The code is that of docs/faults.md, or empty."),
    ["connector_id", "status", "code"],
)
ATTEMPT_SECONDS = Histogram(
    "mboc_dispatcher_attempt_seconds",
    (
        "Duration of one attempt, including its calls, the pauses between them, and the wait for "
        "a slot."
    ),
    ["connector_id"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
CALLS_ALLOWED = Gauge(
    "mboc_dispatcher_calls_allowed",
    "Calls that may be under way at once. There are fewer while the back office throttles.",
    ["connector_id"],
)
CALLS_IN_FLIGHT = Gauge(
    "mboc_dispatcher_calls_in_flight", "Calls to back offices under way.", ["connector_id"]
)
CALL_SECONDS = Histogram(
    "mboc_dispatcher_call_seconds", "Duration of one call to a back office.", ["connector_id"]
)
SENT_AFTER_SECONDS = Histogram(
    "mboc_dispatcher_accepted_to_called_seconds",
    "Seconds from the acceptance by ingest to the first call.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600),
)
LEDGER_ANSWERS = Counter(
    "mboc_dispatcher_ledger_answers_total",
    (
        "Results of claims in the ledger: granted, done (published again without a call), "
        "superseded by a newer version, never delivered (a delete of an appointment whose create "
        "never arrived), busy (claimed again until the appointment is free)."
    ),
    ["answer"],
)
LEDGER_SECONDS = Histogram(
    "mboc_dispatcher_ledger_write_seconds",
    "Duration of one write to the ledger. A write may hold many claims and outcomes.",
)
OUTBOX_STORED = Counter(
    "mboc_dispatcher_outbox_stored_total",
    "Messages stored in the outbox, because RabbitMQ accepted none.",
)
OUTBOX_WAITING = Gauge(
    "mboc_dispatcher_outbox_waiting",
    (
        "Messages in the outbox that RabbitMQ has not accepted yet, of all replicas together. The "
        "largest of all replicas counts."
    ),
)
TOKEN_ENDS = Gauge(
    "mboc_dispatcher_token_ends_timestamp_seconds",
    (
        "End of the use of the connector's access token, in seconds since 1970. 0 means that there "
        "is no token now. The next delivery after the end fetches a new token."
    ),
    ["connector_id"],
)
CERTIFICATE_ENDS = Gauge(
    "mboc_dispatcher_certificate_ends_timestamp_seconds",
    "End of the certificate that this host last showed, in seconds since 1970.",
    ["host"],
)

APPLIED = Counter(
    "mboc_dispatcher_applied_total",
    (
        "Records whose final state is known: applied, refused or reverted by the back office, or "
        "cannot be told (docs/applied.md)."
    ),
    ["connector_id", "state"],
)
APPLIED_CALLS = Counter(
    "mboc_dispatcher_applied_calls_total",
    "Calls that asked for the state of records. One call asks for many records.",
    ["connector_id", "outcome"],
)
APPLIED_WAITING = Gauge(
    "mboc_dispatcher_applied_waiting",
    (
        "Received records whose state the back office has not reported yet. The replica that works "
        "the lane reports it every 15 seconds."
    ),
    ["connector_id"],
)
APPLIED_OLDEST = Gauge(
    "mboc_dispatcher_oldest_not_applied_age_seconds",
    "Age of the oldest record that waits for its state. 0 means none.",
    ["connector_id"],
)

attempts_of = functools.cache(ATTEMPTS.labels)
routed_to = functools.cache(ROUTED.labels)
"""Cached counters by labels, because the look-up costs more than the count."""
for result in ("found", "missing", "not there yet", "unanswered"):
    OUTCOME_CHECKS.labels(result)  # a series that begins at 0 shows its first event as an increase
