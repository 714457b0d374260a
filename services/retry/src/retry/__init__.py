"""Retries failed deliveries on a cron expression, and runs administrators' operations."""
