"""Generators of input: changed samples, and texts made by a grammar with odd values."""
