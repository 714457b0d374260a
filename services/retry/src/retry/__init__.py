"""Runs Failed deliveries again, on a cron."""
