"""What retry counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

CRON_RUNS = Counter("mboc_retry_cron_runs_total", "Runs of the timer job by this replica.")
REQUEUED = Counter("mboc_retry_requeued_total", "Deliveries asked for again.", ["trigger"])
WITHOUT_TRANSACTION = Counter("mboc_retry_without_transaction_total", "Failed deliveries left alone, because their transaction is not stored.")
NEXT_RUN = Gauge("mboc_retry_next_run_timestamp_seconds", "When the timer job runs next, in seconds since 1970; 0 = never.")
OPERATIONS = Gauge("mboc_retry_operations", "Operations that this replica looks after: not over, paused and stopped ones too.")
OPERATIONS_ENDED = Counter("mboc_retry_operations_ended_total", "Operations that came to an end.", ["kind", "state"])
ITEMS = Counter("mboc_retry_operation_items_total", "Deliveries of operations by what became of them.", ["kind", "outcome"])
