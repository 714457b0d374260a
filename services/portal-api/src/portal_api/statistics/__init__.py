"""Figures of accepted and delivered changes per minute, hour and day (docs/adr/0013)."""
