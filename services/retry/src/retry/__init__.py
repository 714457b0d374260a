"""Runs Failed deliveries again on a cron, and carries out what administrators ask for."""
