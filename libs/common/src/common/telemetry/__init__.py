"""What every service tells portal-api of itself, beside its work and never in its way
(docs/adr/0013).
"""
