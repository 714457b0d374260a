"""What retry counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from common.contracts.delivery import Trigger
from common.contracts.operation import ItemOutcome, OperationKind

CRON_RUNS = Counter("mboc_retry_cron_runs_total", "Runs of the timer job by this replica.")
REQUEUED = Counter("mboc_retry_requeued_total", "Deliveries asked for again.", ["trigger"])
WITHOUT_TRANSACTION = Counter(
    "mboc_retry_without_transaction_total",
    "Failed deliveries left alone, because their transaction is not stored or cannot be read.",
)
UNREADABLE = Counter(
    "mboc_retry_unreadable_transactions_total",
    "Stored transactions that could not be read, each time one was looked at.",
)
NEXT_RUN = Gauge(
    "mboc_retry_next_run_timestamp_seconds",
    "When the timer job runs next, in seconds since 1970; 0 = never.",
)
LAST_SUCCESS = Gauge(
    "mboc_retry_last_success_timestamp_seconds",
    (
        "When this replica last finished a run of the timer job, in seconds since 1970; 0 = not "
        "since it was started. The latest of all replicas counts."
    ),
)
OPERATIONS = Gauge(
    "mboc_retry_operations",
    "Operations that this replica looks after: not over, paused and stopped ones too.",
)
OPERATIONS_ENDED = Counter(
    "mboc_retry_operations_ended_total", "Operations that came to an end.", ["kind", "state"]
)
ITEMS = Counter(
    "mboc_retry_operation_items_total",
    "Deliveries of operations by what became of them.",
    ["kind", "outcome"],
)

for trigger in (Trigger.TIMER_JOB, Trigger.WEBSITE):
    REQUEUED.labels(trigger)  # begins at 0, so that the first one shows as an increase
for kind in OperationKind:
    for outcome in (ItemOutcome.SUCCEEDED, ItemOutcome.FAILED, ItemOutcome.SKIPPED):
        ITEMS.labels(kind, outcome)
