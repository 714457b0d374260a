"""Makes trouble under load, and counts at the back offices whether the promises of the design
hold.
"""
