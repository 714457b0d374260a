"""What retry counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

CRON_RUNS = Counter("mboc_retry_cron_runs_total", "Runs of the timer job by this replica.")
REQUEUED = Counter("mboc_retry_requeued_total", "Deliveries asked for again.")
WITHOUT_TRANSACTION = Counter("mboc_retry_without_transaction_total", "Failed deliveries left alone, because their transaction is not stored.")
NEXT_RUN = Gauge("mboc_retry_next_run_timestamp_seconds", "When the timer job runs next, in seconds since 1970; 0 = never.")
LAST_SUCCESS = Gauge(
    "mboc_retry_last_success_timestamp_seconds",
    "When this replica last finished a run of the timer job, in seconds since 1970; 0 = not since it was started. The latest of all replicas counts.",
)
