"""Simulates Dime.Scheduler's planners and every back office, for the demo, tests and benchmarks.
Never deploy it in production.
"""
