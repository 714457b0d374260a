"""Figures over time: what came in and what became of it, per minute, hour and day
(docs/adr/0013).
"""
