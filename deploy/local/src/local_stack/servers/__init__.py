"""Real servers as processes of our own, on free loopback ports, with their data
kept between runs.
"""
