"""One appointment on one line of time: what was reported, what was sent and answered,
and who did what.
"""
