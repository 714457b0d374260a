"""What administrators do to many deliveries at once: which ones, how many, and
who carries it out.
"""
