"""Planners: their changes on the board, and the posts of each change to ingest."""
