"""The conditions and columns of all lists, and their allowed combinations."""
