"""One connector's deliveries: its queue, how hard its back office may be worked, and when it
is left in peace.
"""
