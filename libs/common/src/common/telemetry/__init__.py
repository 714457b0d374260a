"""Telemetry that every service sends to portal-api, without delaying the work (docs/adr/0013)."""
