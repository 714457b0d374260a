"""The metrics of retry."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from common.contracts.delivery import Trigger
from common.contracts.operation import ItemOutcome, OperationKind

CRON_RUNS = Counter("mboc_retry_cron_runs_total", "Runs of the timer job on this replica.")
REQUEUED = Counter(
    "mboc_retry_requeued_total", "Deliveries whose next attempt was requested.", ["trigger"]
)
WITHOUT_TRANSACTION = Counter(
    "mboc_retry_without_transaction_total",
    (
        "Failed deliveries that the timer job skipped, because their transaction is not stored or "
        "cannot be read."
    ),
)
UNREADABLE = Counter(
    "mboc_retry_unreadable_transactions_total",
    "Reads of a stored transaction that could not be parsed.",
)
NEXT_RUN = Gauge(
    "mboc_retry_next_run_timestamp_seconds",
    "When the timer job runs next, in seconds since 1970; 0 = never.",
)
LAST_SUCCESS = Gauge(
    "mboc_retry_last_success_timestamp_seconds",
    (
        "When this replica last finished a run of the timer job, in seconds since 1970; 0 = not "
        "since its start. The latest value of all replicas counts."
    ),
)
UNKNOWN_OUTCOMES = Gauge(
    "mboc_retry_unknown_outcomes",
    (
        "Failed deliveries of unknown outcome, as the replica with the lease counted them last: "
        "those that a check settles, and those that a person has to settle."
    ),
    ["settled_by"],
)
OPERATIONS = Gauge(
    "mboc_retry_operations",
    "Unfinished operations that this replica runs, paused and stopped ones included.",
)
OPERATIONS_ENDED = Counter(
    "mboc_retry_operations_ended_total", "Operations that ended.", ["kind", "state"]
)
ITEMS = Counter(
    "mboc_retry_operation_items_total",
    "Deliveries of operations by outcome.",
    ["kind", "outcome"],
)

# Each label begins at 0, so that the first count shows as an increase.
for settled_by in ("check", "person"):
    UNKNOWN_OUTCOMES.labels(settled_by)
for trigger in (Trigger.TIMER_JOB, Trigger.WEBSITE):
    REQUEUED.labels(trigger)
for kind in OperationKind:
    for outcome in (ItemOutcome.SUCCEEDED, ItemOutcome.FAILED, ItemOutcome.SKIPPED):
        ITEMS.labels(kind, outcome)
