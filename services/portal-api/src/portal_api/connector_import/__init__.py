"""Import of connectors from a file."""
