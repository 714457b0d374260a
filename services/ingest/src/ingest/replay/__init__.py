"""Replay: reports the changes of a file again."""
