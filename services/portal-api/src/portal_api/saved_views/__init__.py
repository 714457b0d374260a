"""Saved views: filters and orders of lists under a name, private or shared."""
