"""Filters and orders that administrators keep under a name, for themselves or for everybody."""
