"""The timer job: requeues failed deliveries on a cron expression."""
