"""Tests of Prometheus, its rules and the dashboards on the running system."""
