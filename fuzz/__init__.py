"""Sends made-up input to every parser of foreign input (docs/fuzz.md). `make fuzz` runs it."""
