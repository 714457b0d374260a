"""Live updates as server-sent events (docs/adr/0013)."""
