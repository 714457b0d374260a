"""The ways to reach a back office, one folder each."""
