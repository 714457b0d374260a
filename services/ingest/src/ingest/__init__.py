"""Turns what Dime.Scheduler reports into transactions; accepts nothing that is not safe
with the broker.
"""
