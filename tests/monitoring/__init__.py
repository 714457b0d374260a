"""Prometheus on the running system."""
