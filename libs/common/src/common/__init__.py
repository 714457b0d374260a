"""Contracts that processes share, and the parts that every process starts with."""
