"""Is the connection between the two sides well: what is seen of services, servers and lanes, and
the word for it.
"""
