"""Runs the operations that administrators request: retry, archive and restore."""
