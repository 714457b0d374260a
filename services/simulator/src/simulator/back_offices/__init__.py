"""Simulated back offices: their stored calls, the order of the calls, and their faults."""
