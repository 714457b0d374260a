"""Plays Dime.Scheduler's planners and every back office, for the demo, tests and benchmarks; never
deployed in production.
"""
