"""Chaos runs: disrupt the system under load, and check the promises of the design at the back
offices.
"""
