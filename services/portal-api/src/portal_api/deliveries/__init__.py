"""What administrators know of deliveries beside where they stand: what they can be found by, and
why they failed.
"""
