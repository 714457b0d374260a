"""Planners at work: what they change on the board, and how each change is reported to ingest."""
